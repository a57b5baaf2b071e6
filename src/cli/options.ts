import type { ListFilter } from '../model/filter.js';
import type { PermissionMode } from '../model/permissionMode.js';
import type { SessionStatus } from '../model/sessionStatus.js';
import type { ThinkingLevel } from '../model/thinkingLevel.js';
import type { UsageGroup } from '../model/usageGroup.js';
import type { ExportFormat } from '../core/workspace.js';
import type { Reply } from '../model/sessionTools.js';
import { SessionError } from '../model/errors.js';

/** How an option is written, and how its text becomes a value. `T` is what a command gets. */
export interface OptionSpec<T> {
  readonly flags: string;
  readonly summary: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** Gets the value so far, for options that may be repeated. A method, so that specs of all values share one type. */
  parse?(text: string, soFar: T | undefined): T;
  /** Flags that cannot stand beside this one, by their names in the table. */
  readonly conflicts?: readonly string[];
}

const flag = (flags: string, summary: string, conflicts: readonly string[] = []): OptionSpec<boolean> => ({ flags, summary, conflicts });
const text = (flags: string, summary: string): OptionSpec<string> => ({ flags, summary });
const count = (flags: string, summary: string, least: number): OptionSpec<number> => ({
  flags,
  summary,
  parse: (value) => parseCount(flags, value, least),
});
const repeated = (flags: string, summary: string): OptionSpec<readonly string[]> => ({
  flags,
  summary,
  parse: (value, soFar = []) => [...soFar, value],
});
/** The keys of a record, so that a value the model gains and this table lacks does not compile. */
const choice = <T extends string>(flags: string, summary: string, values: Readonly<Record<T, true>>): OptionSpec<T> => ({
  flags,
  summary,
  choices: Object.keys(values),
});

function parseCount(flags: string, value: string, least: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least) return number;
  throw new SessionError('usage', `"${value}" is not a number that ${/--\S+/.exec(flags)?.[0] ?? flags} takes`, {
    hint: `write a whole number from ${String(least)}`,
  });
}

/**
 * Every option of the command line, once: the same word means the same everywhere. The model's schemas are not imported:
 * parsing the arguments must not cost the loading of zod.
 */
export const optionTable = {
  path: text('--path <dir>', 'work in this folder instead of the current one'),
  verbose: flag('-v, --verbose', 'say on stderr what is being done'),
  json: flag('--json', 'print JSON'),

  backend: text('-b, --backend <agent>', 'the agent that answers'),
  model: text('-m, --model <model>', 'the model it uses'),
  mode: choice<PermissionMode>('--mode <mode>', 'what the agent may do without asking', {
    ask: true,
    accept_edits: true,
    plan: true,
    auto: true,
  }),
  think: choice<ThinkingLevel>('--think <level>', 'how much the model thinks', {
    off: true,
    minimal: true,
    low: true,
    medium: true,
    high: true,
    xhigh: true,
  }),
  tag: repeated('-t, --tag <tag>', 'a tag (may be repeated)'),
  title: text('--title <title>', 'the name of the session'),
  ephemeral: flag('--ephemeral', 'leave no file behind', ['continue', 'list', 'attach', 'session']),

  continue: flag('-c, --continue', 'continue the last session of this folder', ['list', 'attach', 'session']),
  list: flag('-l, --list', 'list recent sessions: number, name, turns, created', ['attach', 'session']),
  attach: text('-a, --attach <number|id>', 'continue the session with this number of -l, or id'),
  session: text('--session <id>', 'continue this session'),
  takeOver: flag('--take-over', 'take the session from the process that runs it, ending its turn'),
  last: flag('--last', 'the last used session'),
  interactive: flag('-i, --interactive', 'choose from a list'),
  here: flag('--here', 'only sessions of this directory and below', ['all']),
  all: flag('--all', 'every known folder and source'),

  status: choice<SessionStatus>('--status <status>', 'only sessions with this status', {
    created: true,
    active: true,
    completed: true,
    error: true,
    expired: true,
    paused: true,
  }),
  source: text('--source <source>', 'only sessions of this program (skein: our own)'),
  since: text('--since <when>', 'last used since a date, or a duration ago: 2026-01-31, 7d, today, yesterday'),
  until: text('--until <when>', 'last used before a date, or a duration ago'),
  search: text('--search <query>', 'only sessions that match words, "phrases" and fields; see below'),
  archived: flag('--archived', 'archived sessions too'),
  active: flag('--active', 'only sessions that are active or running'),
  sort: choice<NonNullable<ListFilter['sort']>>('--sort <key>', 'the order', { last_used: true, created: true, tokens: true, cost: true }),
  limit: count('-n, --limit <n>', 'at most this many', 1),
  offset: count('--offset <n>', 'skip this many', 0),
  lastEntries: count('--last <n>', 'only the last entries', 1),

  setAside: flag('--set-aside', 'instead of it what was written by a process that had lost the session'),
  at: text('--at <entry>', 'fork after this entry of the transcript'),
  olderThan: text('--older-than <duration>', 'sessions not used for 30m, 12h, 7d or 2w'),
  inSource: flag('--in-source', "delete them in their own program's store too, keeping a copy"),
  dryRun: flag('--dry-run', 'change nothing: say for each session why it goes or stays'),
  format: choice<ExportFormat>('-f, --format <format>', 'the format', { json: true, md: true, bundle: true }),
  output: text('-o, --output <file>', 'write to this file (-: stdout)'),
  by: choice<UsageGroup>('--by <group>', 'what to sum up by', {
    day: true,
    week: true,
    month: true,
    backend: true,
    model: true,
    tag: true,
    folder: true,
  }),
  reply: choice<Reply>('--reply <reply>', 'what becomes of the answer: printed (reply), told to a session (announce), or neither (skip)', {
    skip: true,
    announce: true,
    reply: true,
  }),
  announceTo: text('--to <id>', 'with --reply announce: the session that is told of the answer'),
  fix: flag('--fix', 'mend what can be mended'),
  params: text('--params <json>', 'the parameters, as a JSON object'),
  stdio: flag('--stdio', 'speak over stdin and stdout'),
} as const;

export type OptionName = keyof typeof optionTable;
type ValueOf<S> = S extends OptionSpec<infer T> ? T : never;

/** What was given on the command line. */
export type Options = { readonly [K in OptionName]?: ValueOf<(typeof optionTable)[K]> | undefined };

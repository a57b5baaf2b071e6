import type { ToolCall } from '../src/model/entry.js';
import type { Part, PartOf, Turn } from './feed.js';
import { formatMany } from './numbers.js';

/** A line in a list of what the agent did. */
export type Row =
  | { readonly kind: 'thinking'; readonly id: string; readonly part: PartOf<'thinking'> }
  | { readonly kind: 'call'; readonly id: string; readonly part: PartOf<'tool'> }
  | { readonly kind: 'group'; readonly id: string; readonly parts: readonly PartOf<'tool'>[] };

/** What a turn's body is made of. */
export type Block =
  | { readonly kind: 'rows'; readonly id: string; readonly rows: readonly Row[] }
  | { readonly kind: 'part'; readonly id: string; readonly part: Exclude<Part, PartOf<'thinking' | 'tool'>> };

export type RowState = 'run' | 'done' | 'fail' | 'denied' | 'stopped';

const blocksOf = new WeakMap<Turn, readonly Block[]>();

/** A turn's body: neighbouring rows stand together, and neighbouring reads and searches are one row. */
export function blocks(turn: Turn): readonly Block[] {
  let made = blocksOf.get(turn);
  if (!made) blocksOf.set(turn, (made = makeBlocks(turn.parts)));
  return made;
}

function makeBlocks(parts: readonly Part[]): Block[] {
  const made: Block[] = [];
  let rows: Row[] = [];
  // What waits for leave is the request's to show: nothing is being done yet.
  const asked = new Set(parts.map((part) => (part.type === 'request' && part.outcome === undefined ? part.request.call.id : undefined)));
  const flush = (): void => {
    const first = rows[0];
    if (first) made.push({ kind: 'rows', id: `rows-${first.id}`, rows });
    rows = [];
  };
  for (const part of parts) {
    if (part.type === 'thinking') rows.push({ kind: 'thinking', id: part.id, part });
    else if (part.type === 'tool') {
      if (!asked.has(part.call.id)) rows = addCall(rows, part);
    } else {
      flush();
      made.push({ kind: 'part', id: part.id, part });
    }
  }
  flush();
  return made;
}

function addCall(rows: Row[], part: PartOf<'tool'>): Row[] {
  const last = rows.at(-1);
  const mates = last?.kind === 'group' ? last.parts : last?.kind === 'call' ? [last.part] : [];
  if (last && mates.length > 0 && mates.every((mate) => joins(mate.call)) && joins(part.call)) {
    return [...rows.slice(0, -1), { kind: 'group', id: last.id, parts: [...mates, part] }];
  }
  return [...rows, { kind: 'call', id: part.id, part }];
}

/** Reads and searches that went well stand together; trouble stays on a row of its own. */
const joins = (call: ToolCall): boolean =>
  (call.kind === 'read' || call.kind === 'search') && rowState(call) !== 'fail' && rowState(call) !== 'denied';

export function rowState(call: ToolCall): RowState {
  switch (call.status) {
    case 'pending':
    case 'running':
      return 'run';
    case 'failed':
      return 'fail';
    case 'denied':
      return 'denied';
    case 'cancelled':
      return 'stopped';
    case 'completed':
      return 'done';
    default:
      return 'done';
  }
}

/** Words of a row: a verb, what it was done to, and what went wrong. `code` says that `what` is a path or a command. */
export interface RowWords {
  readonly verb: string;
  readonly what: string;
  readonly code: boolean;
  /** The same with its whole path, where that was shortened. */
  readonly whole?: string | undefined;
  readonly trouble: string;
}

const verbs: Record<ToolCall['kind'], readonly [string, string]> = {
  read: ['Reading', 'Read'],
  edit: ['Editing', 'Edited'],
  delete: ['Deleting', 'Deleted'],
  move: ['Moving', 'Moved'],
  search: ['Searching', 'Searched'],
  execute: ['Running', 'Ran'],
  think: ['Thinking', 'Thought'],
  fetch: ['Fetching', 'Fetched'],
  other: ['', ''],
};

/** `workdir` is taken off the front of paths. */
export function rowWords(call: ToolCall, workdir: string): RowWords {
  const state = rowState(call);
  const what = subject(call, workdir);
  const whole = subject(call, '');
  const trouble = troubleOf(call, state);
  const [doing, done] = verbs[call.kind];
  if (call.kind === 'other' || what === undefined) {
    // A command is what it is.
    const verb = call.kind === 'execute' ? call.title : shortText(call.title, workdir);
    return { verb, what: '', code: false, trouble, ...(verb !== call.title && { whole: call.title }) };
  }
  return { verb: state === 'run' ? doing : done, what, code: call.kind !== 'think', trouble, ...(whole !== what && { whole }) };
}

export function groupWords(parts: readonly PartOf<'tool'>[]): string {
  const reads = parts.filter((part) => part.call.kind === 'read').length;
  const searches = parts.length - reads;
  const running = parts.some((part) => rowState(part.call) === 'run');
  const said = [
    reads > 0 && `${running ? 'reading' : 'read'} ${formatMany(reads, 'file')}`,
    searches > 0 && `${running ? 'searching' : 'searched'} ${formatMany(searches, 'time')}`,
  ]
    .filter(Boolean)
    .join(', ');
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** The command of a call that runs one. */
export function commandOf(call: ToolCall): string | undefined {
  const { input } = call;
  if (typeof input !== 'object' || input === null) return undefined;
  if ('command' in input && typeof input.command === 'string') return input.command;
  if ('command' in input && Array.isArray(input.command)) return input.command.filter((word) => typeof word === 'string').join(' ');
  if ('cmd' in input && typeof input.cmd === 'string') return input.cmd;
  return undefined;
}

/** A path as the person knows it: from the session's folder on, and that folder by its name. */
export function shortPath(path: string, workdir: string): string {
  if (workdir === '') return path;
  const base = workdir.endsWith('/') || workdir.endsWith('\\') ? workdir : `${workdir}/`;
  const [plain, front] = [path, base].map((one) => one.replaceAll('\\', '/')) as [string, string];
  if (plain === front || `${plain}/` === front) return front.split('/').at(-2) || path;
  return plain.startsWith(front) ? plain.slice(front.length) : path;
}

/** A text of the agent's with the paths in it as the person knows them. */
export function shortText(text: string, workdir: string): string {
  if (workdir.length < 2) return text;
  const folder = String.raw`(?<![\w./\\-])${workdir.replace(/[/\\]$/, '').replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}`;
  const below = new RegExp(String.raw`${folder}[/\\](?=[^\s'"\`,;:)\]}>])`, 'g');
  const itself = new RegExp(String.raw`${folder}(?:[/\\]|(?![\w.-]))`, 'g');
  return text.replace(below, '').replace(itself, () => shortPath(workdir, workdir));
}

function subject(call: ToolCall, workdir: string): string | undefined {
  if (call.kind === 'execute') return commandOf(call);
  if (call.kind === 'search' || call.kind === 'fetch')
    return textInput(call, ['query', 'pattern', 'url', 'regex', 'glob']) ?? pathOf(call, workdir);
  if (call.kind === 'think') return undefined;
  return pathOf(call, workdir);
}

function pathOf(call: ToolCall, workdir: string): string | undefined {
  const paths = [...new Set((call.diff?.length ? call.diff : (call.locations ?? [])).map(({ path }) => path))];
  const [first] = paths;
  if (first === undefined) {
    const named = textInput(call, ['file_path', 'path', 'filePath', 'filename']);
    return named === undefined ? undefined : shortPath(named, workdir);
  }
  return paths.length === 1 ? shortPath(first, workdir) : formatMany(paths.length, 'file');
}

function textInput({ input }: ToolCall, names: readonly string[]): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const values = names.map((name) => (input as Record<string, unknown>)[name]);
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

function troubleOf(call: ToolCall, state: RowState): string {
  const exit = call['exit_code'];
  if (state === 'fail') return typeof exit === 'number' ? `failed, exit ${exit}` : 'failed';
  if (state === 'denied') return 'denied';
  if (state === 'stopped') return 'stopped';
  return '';
}

import type { Command } from './invocation.js';
import type { OptionName } from './options.js';
import { queryHelp } from './queryHelp.js';

/** One command of the command line. */
export interface CommandSpec {
  /** `sessions list`; empty for what `skein` does without a command. */
  readonly name: string;
  readonly summary: string;
  /** As commander writes them: `<id> [prompt]`, `<id...>`. */
  readonly arguments: string;
  /** Beside those of every command (`--path`, `--verbose`). */
  readonly options: readonly OptionName[];
  /** Another summary where an option means something narrower here. */
  readonly summaries?: Partial<Readonly<Record<OptionName, string>>>;
  /** What its help says below the options. */
  readonly details?: string;
  /** Loads the file that does it only now: a short command must not wait for the code of the others. */
  readonly load: () => Promise<Command>;
}

/** What commands are grouped under. */
export const groups: Readonly<Record<string, string>> = {
  sessions: 'list, read, organise, fork, delete and export sessions',
  rules: 'what agents were allowed for longer than once',
  config: 'read and change settings',
};

export const commandTable: readonly CommandSpec[] = [
  {
    name: '',
    summary:
      'Every AI-agent session of a project in one place. With a prompt: a new session. Without: a line chat, or stdin is the prompt.',
    arguments: '[prompt]',
    options: [
      'backend',
      'model',
      'mode',
      'think',
      'tag',
      'title',
      'ephemeral',
      'continue',
      'list',
      'attach',
      'session',
      'takeOver',
      'json',
    ],
    summaries: { json: 'with -l: print JSON' },
    load: async () => (await import('./defaultCommand.js')).defaultCommand,
  },
  {
    name: 'resume',
    summary: 'continue a session: by id, the last one, or chosen from a list',
    arguments: '[id] [prompt]',
    options: ['last', 'here', 'all', 'interactive', 'takeOver', 'backend', 'model', 'mode', 'think'],
    summaries: { backend: 'with an id: the agent that goes on with it; else only sessions of this agent' },
    load: async () => (await import('./resume.js')).resume,
  },
  {
    name: 'sessions list',
    summary: 'the sessions of this folder, last used first',
    arguments: '',
    options: [
      ...(['backend', 'status', 'tag', 'model', 'here', 'all', 'source', 'since', 'until', 'search'] as const),
      ...(['archived', 'active', 'sort', 'limit', 'offset', 'json'] as const),
    ],
    summaries: {
      backend: 'only sessions of this agent',
      model: 'only sessions with this model',
      tag: 'only sessions with this tag (may be repeated)',
    },
    details: queryHelp,
    load: async () => (await import('./listCommand.js')).listCommand,
  },
  {
    name: 'sessions show',
    summary: 'all that is known about a session',
    arguments: '<id>',
    options: ['json'],
    load: async () => (await import('./showCommand.js')).showCommand,
  },
  {
    name: 'sessions history',
    summary: 'its transcript',
    arguments: '<id>',
    options: ['lastEntries', 'setAside', 'json'],
    load: async () => (await import('./history.js')).history,
  },
  {
    name: 'sessions follow',
    summary: 'watch the turn that another window or terminal runs, until it ends',
    arguments: '<id>',
    options: ['json'],
    summaries: { json: 'print one JSON object for each thing that happens' },
    details: '\nCtrl+C leaves the turn alone.',
    load: async () => (await import('./follow.js')).follow,
  },
  {
    name: 'sessions search',
    summary: 'find words, "phrases" and fields such as tag:auth or after:7d',
    arguments: '<query>',
    options: ['limit', 'json'],
    details: queryHelp,
    load: async () => (await import('./search.js')).search,
  },
  {
    name: 'sessions fork',
    summary: 'a new session that starts from the history of another',
    arguments: '<id> [prompt]',
    options: ['at', 'backend', 'title', 'mode'],
    summaries: { backend: 'the agent that goes on' },
    load: async () => (await import('./fork.js')).fork,
  },
  {
    name: 'sessions tag',
    summary: 'add tags',
    arguments: '<id> <tag...>',
    options: [],
    load: async () => (await import('./organise.js')).tag,
  },
  {
    name: 'sessions untag',
    summary: 'remove tags',
    arguments: '<id> <tag...>',
    options: [],
    load: async () => (await import('./organise.js')).untag,
  },
  {
    name: 'sessions rename',
    summary: 'give a session another title',
    arguments: '<id> <title>',
    options: [],
    load: async () => (await import('./organise.js')).rename,
  },
  {
    name: 'sessions patch',
    summary: 'change a session: title, tags, backend, model, thinking_level, permission_mode, verbose, …',
    arguments: '<id> <key=value...>',
    options: [],
    details: '\nAn empty value, or "default", gives a setting back to the agent.',
    load: async () => (await import('./patchCommand.js')).patchCommand,
  },
  {
    name: 'sessions pin',
    summary: 'keep sessions on top',
    arguments: '<id...>',
    options: [],
    load: async () => (await import('./organise.js')).pin,
  },
  {
    name: 'sessions unpin',
    summary: 'take that back',
    arguments: '<id...>',
    options: [],
    load: async () => (await import('./organise.js')).unpin,
  },
  {
    name: 'sessions archive',
    summary: 'take sessions out of the lists, keeping them',
    arguments: '<id...>',
    options: [],
    load: async () => (await import('./organise.js')).archive,
  },
  {
    name: 'sessions unarchive',
    summary: 'put them back',
    arguments: '<id...>',
    options: [],
    load: async () => (await import('./organise.js')).unarchive,
  },
  {
    name: 'sessions delete',
    summary: 'move sessions to the trash',
    arguments: '<id...>',
    options: ['inSource', 'dryRun'],
    summaries: { dryRun: 'delete nothing: say for each session what would be done, and whether it could be put back' },
    details: "\nAnother program's session is hidden here, and stays as it is in its own program's store.",
    load: async () => (await import('./trash.js')).remove,
  },
  {
    name: 'sessions restore',
    summary: 'put a deleted session back; without an id: what can be put back',
    arguments: '[id...]',
    options: ['json'],
    load: async () => (await import('./trash.js')).restore,
  },
  {
    name: 'sessions clean',
    summary: 'move sessions that were not used for long to the trash',
    arguments: '',
    options: ['olderThan', 'dryRun', 'status', 'json'],
    load: async () => (await import('./clean.js')).clean,
  },
  {
    name: 'sessions undo',
    summary: 'take back the last change made on the command line',
    arguments: '',
    options: [],
    load: async () => (await import('./trash.js')).undo,
  },
  {
    name: 'sessions export',
    summary: 'write sessions to a file or to stdout',
    arguments: '<id...>',
    options: ['format', 'output'],
    summaries: { format: 'json (default), md, or bundle: everything, to be imported elsewhere' },
    load: async () => (await import('./exportImport.js')).exportSessions,
  },
  {
    name: 'sessions import',
    summary: 'take in the sessions of an exported file (-: stdin)',
    arguments: '<file>',
    options: [],
    load: async () => (await import('./exportImport.js')).importSessions,
  },
  {
    name: 'sessions send',
    summary: 'send a message to a session, and print its answer',
    arguments: '<id> <message>',
    options: ['reply', 'announceTo', 'json'],
    load: async () => (await import('./send.js')).send,
  },
  {
    name: 'sessions status',
    summary: 'what a session is doing, what it used, and the sessions that it started',
    arguments: '<id>',
    options: ['json'],
    load: async () => (await import('./status.js')).status,
  },
  {
    name: 'sessions relink',
    summary: 'link the sessions of a folder that was moved to where it is now',
    arguments: '<old> [new]',
    options: ['dryRun', 'json'],
    summaries: { dryRun: 'change nothing: say which sessions would be linked, and to what folder' },
    load: async () => (await import('./relink.js')).relink,
  },
  {
    name: 'sessions usage',
    summary: 'tokens and cost, by day unless --by says otherwise',
    arguments: '',
    options: ['by', 'since', 'until', 'here', 'all', 'json'],
    summaries: {
      since: 'what was used since a date, or a duration ago: 2026-01-31, 7d, today, yesterday',
      until: 'what was used before a date, or a duration ago',
    },
    load: async () => (await import('./usage.js')).usage,
  },
  {
    name: 'sources',
    summary: 'the session stores of other programs',
    arguments: '',
    options: ['json'],
    load: async () => (await import('./sources.js')).sources,
  },
  {
    name: 'rules list',
    summary: 'what agents were allowed for longer than once',
    arguments: '',
    options: ['json'],
    load: async () => (await import('./rules.js')).rulesList,
  },
  {
    name: 'rules remove',
    summary: 'take that back',
    arguments: '<id...>',
    options: [],
    load: async () => (await import('./rules.js')).rulesRemove,
  },
  {
    name: 'agents',
    summary: 'the agents that can answer',
    arguments: '',
    options: ['json'],
    load: async () => (await import('./agents.js')).agents,
  },
  {
    name: 'doctor',
    summary: 'look for damage in the store',
    arguments: '',
    options: ['fix', 'json'],
    load: async () => (await import('./doctor.js')).doctor,
  },
  {
    name: 'undo',
    summary: 'take back the last change made on the command line',
    arguments: '',
    options: [],
    load: async () => (await import('./trash.js')).undo,
  },
  {
    name: 'config get',
    summary: 'print a setting',
    arguments: '<key>',
    options: ['json'],
    load: async () => (await import('./config.js')).configGet,
  },
  {
    name: 'config set',
    summary: 'change a setting; the value is JSON, else a string',
    arguments: '<key> <value>',
    options: [],
    load: async () => (await import('./config.js')).configSet,
  },
  {
    name: 'config list',
    summary: 'all settings',
    arguments: '',
    options: ['json'],
    load: async () => (await import('./config.js')).configList,
  },
  {
    name: 'call',
    summary: 'send a request of the session server, and print its result as JSON',
    arguments: '<method>',
    options: ['params'],
    load: async () => (await import('./call.js')).callMethod,
  },
  {
    name: 'mcp',
    summary: 'the sessions of this folder as tools for agents: an MCP server over stdin and stdout',
    arguments: '',
    options: [],
    load: async () => (await import('./mcp.js')).mcp,
  },
  {
    name: 'server',
    summary: 'the session server, for editors',
    arguments: '',
    options: ['stdio'],
    load: async () => (await import('./server.js')).server,
  },
];

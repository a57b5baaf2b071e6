import { permissionModes } from '../../model/permissionMode.js';
import { thinkingLevels } from '../../model/thinkingLevel.js';
import { defaultWord } from '../config/sessionSettings.js';

/** A command at the start of a prompt, after a slash. */
interface CommandSpec {
  readonly summary: string;
  /** What follows it, in words; `[…]` may be left out. Empty for nothing. */
  readonly argument: string;
  /** The values to choose from, where they are always the same. */
  readonly values?: readonly string[];
}

/** Skein's own commands: one line each. */
export const commandSpecs = {
  model: { summary: 'the model that answers', argument: '[model]' },
  think: { summary: 'how much it thinks', argument: '[level]', values: [...thinkingLevels, defaultWord] },
  mode: { summary: 'what the agent may do without asking', argument: '[mode]', values: [...permissionModes, defaultWord] },
  agent: { summary: 'hand the session to another agent', argument: '[agent]' },
  verbose: { summary: 'show what tools put out', argument: '[on|off]', values: ['on', 'off'] },
  tag: { summary: 'add tags; -tag takes one off', argument: '<tag…>' },
  rename: { summary: 'give the session another title', argument: '<title>' },
  fork: { summary: 'go on in a new session that starts from here', argument: '[title]' },
  usage: { summary: 'tokens and cost of this session', argument: '' },
  status: { summary: 'how this session stands', argument: '' },
  help: { summary: 'these commands', argument: '' },
} as const satisfies Readonly<Record<string, CommandSpec>>;
export type CommandName = keyof typeof commandSpecs;

export interface ParsedCommand {
  readonly name: CommandName;
  readonly rest: string;
}

/** The command that a prompt is; `undefined` for any other prompt, also one that begins with a slash word that is not Skein's. */
export function commandOf(text: string): ParsedCommand | undefined {
  const [, name = '', rest = ''] = /^\/([a-z]+)(?:[ \t]+([^\n]*))?$/.exec(text.trim()) ?? [];
  return isCommand(name) ? { name, rest: rest.trim() } : undefined;
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(commandSpecs, name);

/** Every command with what it does, a line each. */
export function commandHelp(more: readonly { readonly name: string; readonly summary: string; readonly argument: string }[] = []): string {
  const own = Object.entries(commandSpecs).map(([name, { summary, argument }]) => ({ name, summary, argument }));
  const lines = [...own, ...more].map(({ name, summary, argument }) => [`/${name}${argument && ` ${argument}`}`, summary] as const);
  const width = Math.max(...lines.map(([usage]) => usage.length));
  return lines.map(([usage, summary]) => `${usage.padEnd(width)}  ${summary}`.trimEnd()).join('\n');
}

import type { PromptCommandInfo } from '../src/model/promptCommand.js';

/** One way to go on with a command that is being typed. */
export interface Completion {
  /** The whole prompt when it is taken. */
  readonly text: string;
  readonly label: string;
  readonly note: string;
}

/** A line of completions, and which of them Enter takes: none where what is typed can be sent as it is. */
export interface Completions {
  readonly items: readonly Completion[];
  readonly first: number;
}

const most = 50;

/** What may follow a prompt that begins with a slash: commands, then the values of one. Nothing in any other prompt. */
export function completionsOf(draft: string, commands: readonly PromptCommandInfo[]): Completions | undefined {
  const [, name, gap, value = ''] = /^\/(\S*)(?:( )(\S*))?$/.exec(draft) ?? [];
  if (name === undefined) return undefined;
  const items = gap === undefined ? commandsFor(name, commands) : valuesFor(name, value, commands);
  const isWhole = items[0]?.text.trim() === draft.trim();
  if (items.length === 0 || (isWhole && gap !== undefined && items.length === 1)) return undefined;
  return { items: items.slice(0, most), first: isWhole || (gap !== undefined && value === '') ? -1 : 0 };
}

function commandsFor(typed: string, commands: readonly PromptCommandInfo[]): Completion[] {
  return commands
    .filter(({ name }) => name.toLowerCase().startsWith(typed.toLowerCase()))
    .toSorted((a, b) => Number(b.name === typed) - Number(a.name === typed))
    .map(({ name, argument, summary, from }) => ({
      text: argument === '' ? `/${name}` : `/${name} `,
      label: argument === '' ? `/${name}` : `/${name} ${argument}`,
      note: from === 'agent' ? `${summary} (agent)`.trim() : summary,
    }));
}

function valuesFor(name: string, typed: string, commands: readonly PromptCommandInfo[]): Completion[] {
  const values = commands.find((command) => command.name === name)?.values ?? [];
  return values
    .filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()))
    .map((value) => ({ text: `/${name} ${value}`, label: value, note: '' }));
}

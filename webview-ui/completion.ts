import type { Completion as PromptCompletion } from '../src/model/completion.js';
import type { PromptCommandInfo } from '../src/model/promptCommand.js';

/** One way to go on with what is being typed. */
export interface Completion {
  /** The whole prompt when it is taken. */
  readonly text: string;
  /** Where the cursor is then; absent: at the end. */
  readonly caret?: number;
  readonly label: string;
  readonly note: string;
}

/** A line of completions, and which of them Enter takes: none where what is typed can be sent as it is. */
export interface Completions {
  readonly items: readonly Completion[];
  readonly first: number;
}

/** Files and sessions that were told for a prompt, of which `text` stands before the cursor. `seq` rises with the questions. */
export type Mentions = PromptCompletion & { readonly seq: number; readonly text: string };

const most = 50;

/** What is being named at the end of `before`, what stands before the cursor: from its `@` on. */
export const mentionAt = (before: string): string | undefined => /(?:^|[\s(])(@\S*)$/.exec(before)?.[1];

/**
 * The files and sessions that may be named at the cursor. Until those for what is typed now are told, the former are narrowed: a
 * list that comes and goes with each key cannot be read.
 */
export function mentionsOf(draft: string, caret: number, told: Mentions | undefined): Completions | undefined {
  const before = draft.slice(0, caret);
  const mention = mentionAt(before);
  if (mention === undefined || !told) return undefined;
  const start = caret - mention.length;
  if (told.start !== start || told.text.slice(0, start) !== before.slice(0, start)) return undefined;
  const typed = mention.toLowerCase();
  const fitting = told.text === before ? told.items : told.items.filter(({ text }) => text.toLowerCase().startsWith(typed));
  const [first, ...others] = fitting;
  const isWhole = first?.text.trim() === mention;
  if (!first || (isWhole && others.length === 0)) return undefined;
  const items = fitting.slice(0, most).map(({ text, label, detail = '' }) => {
    const whole = `${draft.slice(0, start)}${text}`;
    // A word that follows has its space already.
    const rest = draft.slice(caret);
    const joined = whole.endsWith(' ') && rest.startsWith(' ') ? whole.slice(0, -1) : whole;
    return { text: joined + rest, caret: whole.length, label, note: detail };
  });
  return { items, first: isWhole ? -1 : 0 };
}

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

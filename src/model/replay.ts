import { textOf, type Entry } from './entry.js';

/** Characters of one tool's output that go along: the agent can run it again. */
const outputLimit = 2_000;

/**
 * The entries that an agent is to know of: all since the last reset, a compaction standing for what it replaced.
 * The transcript itself loses nothing; this is a view.
 */
export function liveEntries(entries: readonly Entry[]): readonly Entry[] {
  const since = entries.slice(entries.findLastIndex((entry) => entry.type === 'reset') + 1);
  const at = since.findLastIndex((entry) => entry.type === 'compact');
  const compact = since[at];
  if (compact?.type !== 'compact') return since;
  const kept = since.slice(0, at).findIndex((entry) => entry.id === compact.first_kept);
  return [compact, ...(kept === -1 ? [] : since.slice(kept, at)), ...since.slice(at + 1)];
}

/** The last `turns` prompts with all that followed each; 0 is all. */
export function lastTurns(entries: readonly Entry[], turns: number): readonly Entry[] {
  if (turns === 0) return entries;
  const starts = entries.flatMap((entry, index) => (entry.type === 'message' && entry.message.role === 'user' ? [index] : []));
  return entries.slice(starts.at(-turns) ?? 0);
}

/** Without the prompts that nothing came of: the agent was not there, and the person has asked again since. */
export function answeredTurns(entries: readonly Entry[]): readonly Entry[] {
  const kept: Entry[] = [];
  let turn: Entry[] = [];
  const close = (): void => {
    const failed = turn.length > 0 && turn.slice(1).every((entry) => entry.type === 'info' || isEmptyFailure(entry));
    if (!failed || turn.length === 1) kept.push(...turn);
    turn = [];
  };
  for (const entry of entries) {
    if (entry.type === 'message' && entry.message.role === 'user') close();
    turn.push(entry);
  }
  close();
  return kept;
}

const isEmptyFailure = (entry: Entry): boolean =>
  entry.type === 'message' && entry.stop_reason === 'error' && textOf(entry.message.content) === '';

/** The line after a conversation that is given as text: what follows is the prompt. */
export const replayEnd = '-----';

const replayStart =
  'This conversation began elsewhere. What was said and done so far is between the two lines; go on from there, without repeating it.';

/** The person's prompts in a conversation that was given as text, oldest first; `undefined` where the text is none. */
export function replayedPrompts(text: string): readonly string[] | undefined {
  if (!text.startsWith(`${replayStart}\n`) || !text.endsWith(`\n${replayEnd}`)) return undefined;
  return [...text.matchAll(/^User:\n(.*)$/gm)].map(([, prompt = '']) => prompt);
}

/** A conversation as text for an agent that does not have it. Empty where there was none. */
export function replayText(entries: readonly Entry[]): string {
  const parts = entries.map(partOf).filter(Boolean);
  if (parts.length === 0) return '';
  return [replayStart, replayEnd, ...parts, replayEnd].join('\n\n');
}

function partOf(entry: Entry): string {
  switch (entry.type) {
    case 'message': {
      const text = textOf(entry.message.content).trim();
      return text && `${roleNames[entry.message.role]}:\n${text}`;
    }
    case 'tool_call': {
      const { title, kind, status, output } = entry.call;
      const shown = output && output.length > outputLimit ? `${output.slice(0, outputLimit)}\n(cut here)` : output;
      return `Tool (${kind}, ${status}): ${title}${shown ? `\n${shown}` : ''}`;
    }
    case 'compact':
      return `Summary of what was said before:\n${entry.summary}`;
    default:
      return '';
  }
}

const roleNames = { user: 'User', assistant: 'Assistant', system: 'System' } as const;

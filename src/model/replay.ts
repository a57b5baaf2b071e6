import type { Entry, EntryOf } from './entry.js';
import { textOf } from './contentText.js';
import { textStart } from './textStart.js';

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
  const starts = entries.flatMap((entry, index) => (isPrompt(entry) ? [index] : []));
  return entries.slice(starts.at(-turns) ?? 0);
}

/** Without the prompts that nothing came of: the agent was not there, and the person has asked again since. */
export function answeredTurns(entries: readonly Entry[]): readonly Entry[] {
  return turnsOf(entries).flatMap((turn) => {
    const failed = turn.length > 1 && turn.slice(1).every((entry) => entry.type === 'info' || isEmptyFailure(entry));
    return failed ? [] : turn;
  });
}

/** Each prompt with all that followed it; what stands before the first one is a turn of its own. */
export function turnsOf(entries: readonly Entry[]): Entry[][] {
  const turns: Entry[][] = [];
  for (const entry of entries) {
    if (isPrompt(entry) || turns.length === 0) turns.push([entry]);
    else turns.at(-1)?.push(entry);
  }
  return turns;
}

export const isPrompt = (entry: Entry): entry is EntryOf<'message'> => entry.type === 'message' && entry.message.role === 'user';

const isEmptyFailure = (entry: Entry): boolean =>
  entry.type === 'message' && entry.stop_reason === 'error' && textOf(entry.message.content) === '';

export type Said = EntryOf<'message'> | EntryOf<'tool_call'>;

/** What was said and done in a turn, every call with one end: models refuse a history with a call that has none. */
export function saidIn(turn: readonly Entry[]): Said[] {
  const calls = new Map(turn.flatMap((entry) => (entry.type === 'tool_call' ? [[entry.call.id, entry] as const] : [])));
  return turn.flatMap((entry): Said[] => {
    if (entry.type === 'message') return partOf(entry) === '' ? [] : [entry];
    if (entry.type !== 'tool_call' || calls.get(entry.call.id) !== entry) return [];
    return [withEnd(entry)];
  });
}

function withEnd(entry: EntryOf<'tool_call'>): EntryOf<'tool_call'> {
  const { call } = entry;
  if (call.status !== 'pending' && call.status !== 'running') return entry;
  return { ...entry, call: { ...call, status: 'cancelled', output: [call.output, 'No answer was kept.'].filter(Boolean).join('\n') } };
}

/** An entry as the text that stands for it; empty where it is not for the agent. */
export function partOf(entry: Entry): string {
  switch (entry.type) {
    case 'message': {
      const text = textOf(entry.message.content).trim();
      return text && `${roleNames[entry.message.role]}:\n${text}`;
    }
    case 'tool_call': {
      const { title, kind, status, output } = entry.call;
      const shown = output && output.length > outputLimit ? `${textStart(output, outputLimit)}\n(cut here)` : output;
      return `Tool (${kind}, ${status}): ${title}${shown ? `\n${shown}` : ''}`;
    }
    default:
      return '';
  }
}

const roleNames = { user: 'User', assistant: 'Assistant', system: 'System' } as const;

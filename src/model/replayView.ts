import type { Entry, EntryOf } from './entry.js';
import { answeredTurns, isPrompt, lastTurns, liveEntries, partOf, saidIn, turnsOf, type Said } from './replay.js';
import { digestOf } from './replayDigest.js';
import { replayEnd, replayStart } from './replayText.js';
import { cutToTokens, tokensOf } from './tokens.js';

export interface ReplayLimits {
  /** Tokens that the whole of it may take, by estimate. */
  readonly tokens: number;
  /** Turns, the newest ones; 0 is all. */
  readonly turns?: number | undefined;
}

/** A conversation for an agent that does not have it. */
export interface ReplayView {
  /** What came before the entries, in short: the summary of a compaction, and what was left out here. Empty where there is nothing. */
  readonly before: string;
  /** Messages and tool calls, oldest first: whole turns, each call with an end. A newest turn too long by itself is cut, with a note. */
  readonly entries: readonly Said[];
}

/** Most that a digest takes, and its share of the budget. */
const mostDigest = 4_000;
const digestShare = 0.1;

/**
 * What of a history fits into a budget: the newest turns whole, the older ones in a digest that names them. The same history
 * and limits give the same view.
 */
export function replayView(history: readonly Entry[], { tokens, turns: most = 0 }: ReplayLimits): ReplayView {
  const live = lastTurns(answeredTurns(liveEntries(history)), most);
  const turns = turnsOf(live.filter((entry) => entry.type === 'message' || entry.type === 'tool_call'));
  let left = tokens - frameTokens;
  const summary = left > 0 ? summaryOf(live[0], Math.floor(left / 2)) : '';
  if (summary !== '') left -= costOf(summary, left);
  const reserve = Math.min(mostDigest, Math.floor(tokens * digestShare));
  const kept: (readonly Said[])[] = [];
  for (const [older, turn] of [...turns.entries()].reverse()) {
    const said = saidIn(turn);
    const isNewest = older === turns.length - 1;
    const room = isNewest || older === 0 ? left : left - reserve;
    const cost = turnCost(said, room);
    if (cost <= room) {
      kept.unshift(said);
      left -= cost;
      continue;
    }
    if (isNewest) {
      const cut = cutTurn(said, left - (older === 0 ? 0 : reserve));
      kept.unshift(cut);
      left -= turnCost(cut, left);
    }
    break;
  }
  const missing = turns.slice(0, turns.length - kept.length);
  const digest = missing.length === 0 ? '' : digestOf(missing, Math.min(left - 1, mostDigest));
  return { before: [summary, digest].filter(Boolean).join('\n\n'), entries: kept.flat() };
}

function summaryOf(first: Entry | undefined, limit: number): string {
  return first?.type === 'compact' ? cutToTokens(`Summary of what was said before:\n${first.summary}`, limit) : '';
}

/** With the blank line that parts it from the next. */
const costOf = (text: string, limit: number): number => (text === '' ? 0 : tokensOf(text, limit) + 1);

function turnCost(said: readonly Said[], limit: number): number {
  let cost = 0;
  for (const entry of said) {
    cost += costOf(partOf(entry), limit);
    if (cost > limit) return Infinity;
  }
  return cost;
}

/** A turn that is too long by itself: its prompt, and of what followed the newest that fits, with a note where something is missing. */
function cutTurn(said: readonly Said[], limit: number): readonly Said[] {
  const [first] = said;
  if (!first) return [];
  const prompt = isPrompt(first) ? fitted(first, Math.floor(limit / 2)) : undefined;
  const rest = isPrompt(first) ? said.slice(1) : said;
  let left = limit - turnCost(prompt ? [prompt] : [], limit) - costOf(partOf(noteAt(first, said.length)), limit);
  // Without room for the note nothing is shown: it would pass for all there is.
  if (left < 0) return [];
  const kept: Said[] = [];
  for (const entry of rest.toReversed()) {
    const whole = costOf(partOf(entry), left) <= left;
    const shown = whole ? entry : kept.length === 0 ? fitted(entry, left) : undefined;
    if (!shown) break;
    kept.unshift(shown);
    left -= costOf(partOf(shown), left);
    if (!whole) break;
  }
  const missing = said.length - kept.length - (prompt ? 1 : 0);
  return [...(prompt ? [prompt] : []), ...(missing === 0 ? [] : [noteAt(first, missing)]), ...kept];
}

/** A message cut to what fits, or a tool call without its output; `undefined` where not even that does. */
function fitted(entry: Said, limit: number): Said | undefined {
  if (costOf(partOf(entry), limit) <= limit) return entry;
  if (entry.type === 'tool_call') {
    const bare: Said = { ...entry, call: { ...entry.call, output: '(left out to save room)' } };
    return costOf(partOf(bare), limit) <= limit ? bare : undefined;
  }
  const head = partOf({ ...entry, message: { ...entry.message, content: [{ type: 'text', text: 'x' }] } }).slice(0, -1);
  const text = cutToTokens(partOf(entry).slice(head.length), limit - tokensOf(head) - 1);
  return text === '' ? undefined : { ...entry, message: { ...entry.message, content: [{ type: 'text', text }] } };
}

function noteAt({ id, timestamp }: Said, missing: number): EntryOf<'message'> {
  const text = `(${missing === 1 ? 'One step' : `${String(missing)} steps`} of this turn left out to save room.)`;
  return { type: 'message', id: `${id}-cut`, timestamp, message: { role: 'system', content: [{ type: 'text', text }] } };
}

/** What stands around a conversation that is given as text. */
const frameTokens = tokensOf([replayStart, replayEnd, '', replayEnd, ''].join('\n\n')) + 4;

import type { Entry } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { replayEnd } from '../../model/replayText.js';

/** By how much the clocks of two programs, or what they round to, may differ. */
const slackMs = 1_000;

/** A prompt with all that followed; the first may have no prompt. */
interface Turn {
  readonly entries: readonly Entry[];
  readonly prompt: string | undefined;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

/**
 * The entries of another program's session that ours has not got yet, in order. Those that were taken over before are known
 * by their ids. A turn of ours that the program ran for us stands in its store too, under other ids: it is known by an id that
 * the agent told, by its time, which lies within our turn's, or by its prompt.
 *
 * `isOrigin`: ours was made from that session. Else it is one that the agent began for us, perhaps with a copy of another's
 * history in it, and only what is later than all of ours is new.
 */
export function laterEntries(ours: readonly Entry[], theirs: readonly Entry[], isOrigin: boolean): readonly Entry[] {
  const known = new Set(ours.map(({ id }) => id));
  const theirIds = new Set(theirs.map(({ id }) => id));
  const said = ours.filter(isSaid);
  const ran = turnsOf(said).filter(({ entries }) => entries[0] !== undefined && !theirIds.has(entries[0].id));
  const copies = new Copies(ran);
  const last = Math.max(-Infinity, ...said.map(timeOf));
  return turnsOf(theirs.filter(isSaid)).flatMap((turn) => {
    const unknown = turn.entries.filter(({ id }) => !known.has(id));
    // A turn that was under way when it was looked at has gone on.
    if (unknown.length < turn.entries.length) return unknown;
    if (copies.take(turn)) return [];
    return (isOrigin && turn.prompt !== undefined) || turn.start > last ? unknown : [];
  });
}

/** Turns that ran here, each of which another store may have too. */
class Copies {
  readonly #turns: readonly Turn[];
  readonly #sourceIds: ReadonlySet<string>;
  readonly #found = new Set<Turn>();

  constructor(turns: readonly Turn[]) {
    this.#turns = turns;
    this.#sourceIds = new Set(turns.flatMap(({ entries }) => entries.flatMap((entry) => sourceIdOf(entry) ?? [])));
  }

  /** Whether this turn is one of them. */
  take(turn: Turn): boolean {
    if (turn.entries.some((entry) => this.#sourceIds.has(entry.id))) return true;
    const within = this.#turns.find(({ start, end }) => turn.start >= start - slackMs && turn.start <= end);
    const found =
      within ?? this.#turns.find((own) => !this.#found.has(own) && turn.start >= own.start - slackMs && isSamePrompt(own, turn));
    if (found) this.#found.add(found);
    return found !== undefined;
  }
}

/** An agent that was told the history has it in front of the prompt. */
function isSamePrompt(own: Turn, theirs: Turn): boolean {
  const [mine, other] = [own.prompt, theirs.prompt].map((text) => text?.replace(/\s+/g, ' ').trim() ?? '');
  if (mine === undefined || mine === '' || other === undefined) return false;
  return other === mine || other.endsWith(`${replayEnd}${mine}`) || other.endsWith(`${replayEnd} ${mine}`);
}

function turnsOf(entries: readonly Entry[]): readonly Turn[] {
  const starts = entries.flatMap((entry, index) => (isPrompt(entry) ? [index] : []));
  if (starts[0] !== 0) starts.unshift(0);
  return starts.flatMap((start, place) => turnOf(entries.slice(start, starts[place + 1])) ?? []);
}

function turnOf(entries: readonly Entry[]): Turn | undefined {
  const [first] = entries;
  if (!first) return undefined;
  const prompt = first.type === 'message' && isPrompt(first) ? textOf(first.message.content) : undefined;
  return { entries, prompt, start: timeOf(first), end: Math.max(...entries.map(timeOf)) };
}

const isPrompt = (entry: Entry): boolean => entry.type === 'message' && entry.message.role === 'user';
const timeOf = ({ timestamp }: Entry): number => Date.parse(timestamp);

/** What is about the session, and no part of the conversation, is each program's own. */
const isSaid = ({ type }: Entry): boolean => type !== 'info' && type !== 'lease' && type !== 'session' && type !== 'checkpoint';

function sourceIdOf(entry: Entry): string | undefined {
  const id = entry['source_id'];
  return typeof id === 'string' ? id : undefined;
}

import type { SessionRecord } from '../../src/model/record.js';

interface Event {
  readonly what: string;
  readonly of: string | undefined;
  readonly pid: number;
}

/** What the processes of a stress run wrote down, in the order in which it happened, and what follows from it. */
export class StressJournal {
  readonly #events: readonly Event[];

  constructor(text: string) {
    this.#events = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const words = line.split(' ');
        return { what: words[0] ?? '', of: words.length === 3 ? words[1] : undefined, pid: Number(words.at(-1)) };
      });
  }

  #count(what: string): number {
    return this.#events.filter((event) => event.what === what).length;
  }

  get updates(): number {
    return this.#count('updated');
  }

  get stops(): number {
    return this.#count('stop');
  }

  get killed(): ReadonlySet<number> {
    return new Set(this.#events.flatMap((event) => (event.what === 'kill' ? [event.pid] : [])));
  }

  get appended(): readonly string[] {
    return this.#events.flatMap((event) => (event.what === 'appended' && event.of !== undefined ? [event.of] : []));
  }

  updatesBy(pid: number): number {
    return this.#events.filter((event) => event.what === 'updated' && event.pid === pid).length;
  }

  appendsBy(pid: number): number {
    return this.#events.filter((event) => event.what === 'appended' && event.pid === pid).length;
  }

  /** Who came between reading and renaming while another, not killed, was there. Stopped counts as being there. */
  get overlaps(): readonly string[] {
    const overlaps: string[] = [];
    const killed = new Set<number>();
    const inside = new Set<number>();
    for (const { what, pid } of this.#events) {
      if (what === 'kill') killed.add(pid);
      if (what === 'leave') inside.delete(pid);
      if (what !== 'enter') continue;
      const others = [...inside].filter((other) => other !== pid && !killed.has(other));
      if (others.length > 0) overlaps.push(`${String(pid)} read while ${others.join(', ')} had not renamed yet`);
      inside.add(pid);
    }
    return overlaps;
  }

  /** Acknowledged writes that record and transcript do not have, and more writes than anyone made. */
  lostIn(record: SessionRecord, transcript: string): readonly string[] {
    const lost: string[] = [];
    const kills = this.killed.size;
    const expect = (name: string, acknowledged: number): void => {
      const value = record.metadata[name] ?? 0;
      // Who was killed may have written once more than it could say.
      if (typeof value === 'number' && value >= acknowledged && value <= acknowledged + kills) return;
      lost.push(`${name}: ${String(acknowledged)} acknowledged, ${JSON.stringify(value)} there`);
    };
    const slots = new Map<string, number>();
    for (const { what, of } of this.#events) if (what === 'updated' && of !== undefined) slots.set(of, (slots.get(of) ?? 0) + 1);
    for (const [slot, acknowledged] of slots) expect(`slot_${slot}`, acknowledged);
    expect('sum', this.updates);

    const entries = new Map<string, number>();
    for (const line of transcript.split('\n')) {
      const entry = /"id":"(entry-[^"]+)"/.exec(line)?.[1];
      if (entry !== undefined) entries.set(entry, (entries.get(entry) ?? 0) + 1);
    }
    for (const entry of this.appended)
      if (entries.get(entry) !== 1) lost.push(`${entry} is there ${String(entries.get(entry) ?? 0)} times`);
    if (record.message_count !== entries.size)
      lost.push(`the record counts ${String(record.message_count)} of ${String(entries.size)} messages`);
    return lost;
  }
}

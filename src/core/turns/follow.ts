import type { Entry, EntryOf } from '../../model/entry.js';
import { messageOf } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import type { Holder, Problem } from '../../model/row.js';
import type { TurnUpdate } from '../../model/turn.js';
import type { SessionTail, Store, TailLook } from '../../store/store.js';

/** How often is looked: what streams is written down twice a second at most. */
const lookMs = 150;

type Ended = Extract<TurnUpdate, { kind: 'ended' }>;

type Followed = Pick<Store, 'tail' | 'recoverPartials'>;

export interface FollowHooks {
  readonly tell: (update: TurnUpdate) => void;
  /** Who runs the session changed, or how: it waits, another took it, nobody runs it any more. */
  readonly leased: (holder: Holder | undefined) => void;
  readonly logger: Logger;
}

/**
 * Shows the turns that another process runs in a session as if they ran here: its transcript and what it writes down of what
 * streams become the same updates. Reads alone. Ends when nobody runs the session any more.
 */
export class Follow {
  readonly id: string;
  /** How the last turn ended, or `undefined` when it was not waited for; never rejects. */
  readonly done: Promise<Ended | undefined>;
  /** All that was read so far. */
  readonly entries: Entry[] = [];
  readonly skipped: Problem[] = [];
  readonly #store: Followed;
  readonly #tail: SessionTail;
  readonly #hooks: FollowHooks;
  readonly #finish: (ended: Ended | undefined) => void;
  #holder: Holder;
  #streaming = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #ended = false;
  /** A turn has begun whose end was not told. */
  #open: boolean;

  private constructor(id: string, store: Followed, tail: SessionTail, first: TailLook, holder: Holder, hooks: FollowHooks) {
    this.id = id;
    this.#store = store;
    this.#tail = tail;
    this.#hooks = hooks;
    this.#holder = holder;
    let finish: (ended: Ended | undefined) => void = () => undefined;
    this.done = new Promise((resolve) => (finish = resolve));
    this.#finish = finish;
    this.entries.push(...first.entries);
    this.skipped.push(...first.skipped);
    this.#streaming = byId(first.partial);
    const last = first.entries.findLast(({ type }) => type === 'message');
    this.#open = last !== undefined && (isPromptEntry(last) || !('stop_reason' in last));
    this.#again();
  }

  /** Follows a session from now on; `undefined` when no other process runs it. */
  static async begin(store: Followed, id: string, hooks: FollowHooks): Promise<Follow | undefined> {
    const tail = await store.tail(id);
    // Nearly always: then nothing more is read.
    if ((await tail.holder()) === undefined) return undefined;
    const first = await tail.look();
    if (first.holder === undefined) return undefined;
    const follow = new Follow(id, store, tail, first, first.holder, hooks);
    hooks.leased(first.holder);
    return follow;
  }

  /** Nobody else runs the session any more, as far as was looked. */
  get ended(): boolean {
    return this.#ended;
  }

  get holder(): Holder {
    return this.#holder;
  }

  /** What streams and is no entry yet. */
  get live(): readonly TurnUpdate[] {
    return [...this.#streaming.values()].flatMap((entry) => growth(undefined, entry) ?? []);
  }

  /** The turn goes on. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#finish(undefined);
  }

  /** Looks at once, after a look that is under way; never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => (this.#ended ? undefined : this.#look()))
      .catch((error: unknown) => {
        // Deleted, or not to be read any more: there is nothing to follow.
        this.#hooks.logger.debug(`session ${this.id} is not followed any more: ${messageOf(error)}`);
        this.#end();
      });
    return this.#looking;
  }

  #again(): void {
    this.#timer = setTimeout(() => {
      void this.look().then(() => {
        if (!this.#ended) this.#again();
      });
    }, lookMs);
  }

  async #look(): Promise<void> {
    const look = await this.#tail.look();
    if (this.#ended) return;
    const { holder } = look;
    const before = this.#holder;
    if (holder) this.#holder = holder;
    this.#take(look);
    if (holder === undefined) {
      // Of one that died, what streamed becomes entries now; one that let go has left nothing.
      if (look.unended) {
        await this.#store.recoverPartials(this.id);
        this.#take(await this.#tail.look());
      }
      this.#end();
      return;
    }
    if (!isSame(before, holder) || before.state !== holder.state) this.#hooks.leased(holder);
  }

  #take({ entries, partial, skipped }: TailLook): void {
    this.skipped.push(...skipped);
    for (const entry of entries) {
      const isPrompt = isPromptEntry(entry);
      // Two turns may have come and gone since the last look: each has its end, before what follows it.
      if (this.#open && (isPrompt || entry.type === 'lease')) this.#tellEnd();
      this.entries.push(entry);
      // Who prints what streams prints no entry of it: the rest comes first.
      const rest = this.#streaming.has(entry.id) ? growth(this.#streaming.get(entry.id), entry) : undefined;
      if (rest) this.#hooks.tell(rest);
      this.#streaming.delete(entry.id);
      if (isPrompt) this.#open = true;
      if (isPrompt) this.#hooks.tell({ kind: 'started', entry, backend: entry.backend ?? '', holder: this.#holder });
      else if (entry.type !== 'info' && entry.type !== 'session') this.#hooks.tell({ kind: 'entry', entry });
    }
    const before = this.#streaming;
    this.#streaming = byId(partial);
    for (const entry of partial) {
      const update = growth(before.get(entry.id), entry);
      if (update) this.#hooks.tell(update);
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    const outcome = this.#tellEnd();
    this.#hooks.leased(undefined);
    this.#finish(outcome);
  }

  #tellEnd(): Ended {
    this.#open = false;
    const outcome = this.#outcome();
    this.#hooks.tell(outcome);
    return outcome;
  }

  /** How the last turn ended, by its last message. */
  #outcome(): Ended {
    const last = this.entries.findLast((entry) => entry.type === 'message');
    const { stop_reason = 'interrupted', error } = last ?? {};
    return { kind: 'ended', stop_reason, ...(error === undefined ? {} : { error: { code: 'failed', message: error } }) };
  }
}

const byId = (entries: readonly Entry[]): Map<string, Entry> => new Map(entries.map((entry) => [entry.id, entry]));

const isPromptEntry = (entry: Entry): entry is EntryOf<'message'> => entry.type === 'message' && entry.message.role === 'user';

const isSame = (a: Holder, b: Holder): boolean => a.pid === b.pid && a.host === b.host && a.started_at === b.started_at;

/** What an entry that streams has become, as an update; `undefined` where it is as it was. */
function growth(before: Entry | undefined, entry: Entry): TurnUpdate | undefined {
  switch (entry.type) {
    case 'message':
    case 'thinking': {
      const [was, is] = [before ? textIn(before) : '', textIn(entry)];
      if (is === was || !is.startsWith(was)) return undefined;
      return { kind: entry.type === 'message' ? 'text' : 'thinking', id: entry.id, delta: is.slice(was.length) };
    }
    case 'tool_call':
      return isEqual(before, entry) ? undefined : { kind: 'tool', call: entry.call };
    case 'plan':
      return isEqual(before, entry) ? undefined : { kind: 'plan', id: entry.id, steps: entry.steps };
    default:
      return undefined;
  }
}

/** An entry that streams gets a new time with each writing. */
const isEqual = (before: Entry | undefined, entry: Entry): boolean =>
  before !== undefined && JSON.stringify({ ...before, timestamp: '' }) === JSON.stringify({ ...entry, timestamp: '' });

function textIn(entry: Entry): string {
  if (entry.type === 'thinking') return entry.text;
  const content = entry.type === 'message' ? entry.message.content : [];
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
}

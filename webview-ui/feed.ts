import type { Entry, EntryOf, PlanStep, StopReason, ToolCall } from '../src/model/entry.js';
import type { PermissionRequest, TurnUpdate } from '../src/model/turn.js';

/** What a turn shows, in the order in which it was first seen. `live` until its entry is in the transcript. */
export type Part =
  | { readonly type: 'answer'; readonly id: string; readonly text: string; readonly live: boolean }
  | {
      readonly type: 'thinking';
      readonly id: string;
      readonly text: string;
      readonly live: boolean;
      readonly startedAt?: number | undefined;
      readonly durationMs?: number | undefined;
    }
  | {
      readonly type: 'tool';
      readonly id: string;
      readonly call: ToolCall;
      readonly live: boolean;
      /** Its entry in the transcript, once there is one: what a diff is opened by. */
      readonly entry?: string | undefined;
      readonly startedAt?: number | undefined;
      readonly durationMs?: number | undefined;
    }
  | { readonly type: 'plan'; readonly id: string; readonly steps: readonly PlanStep[] }
  | { readonly type: 'request'; readonly id: string; readonly request: PermissionRequest; readonly outcome?: string | undefined }
  | { readonly type: 'notice'; readonly id: string; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'unknown'; readonly id: string; readonly name: string };
export type PartOf<T extends Part['type']> = Extract<Part, { type: T }>;

/** How a turn stopped. */
export interface TurnEnd {
  readonly reason: StopReason;
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
  readonly code?: string | undefined;
}

/** Tokens and dollars of a turn; `cost` is `null` where unknown. */
export interface TurnUsage {
  readonly tokens: number;
  readonly cost: number | null;
}

/** A prompt and all that followed it. The first turn of a session may have no prompt. */
export interface Turn {
  readonly kind: 'turn';
  readonly id: string;
  readonly prompt?: EntryOf<'message'> | undefined;
  /** 1 for the first prompt of the session; 0 without one. */
  readonly number: number;
  readonly parts: readonly Part[];
  readonly running: boolean;
  readonly end?: TurnEnd | undefined;
  readonly usage?: TurnUsage | undefined;
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
  /** ISO times of the first and the last entry. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly lastEntry?: string | undefined;
}

/** What stands between turns. */
export interface Mark {
  readonly kind: 'mark';
  readonly id: string;
  readonly entry: EntryOf<'compact'> | EntryOf<'reset'> | EntryOf<'checkpoint'> | EntryOf<'lease'>;
}
export type FeedItem = Turn | Mark;

type Draft<T> = { -readonly [K in keyof T]: T[K] };
type TurnDraft = Omit<Draft<Turn>, 'parts'> & { parts: Part[] };

/** Entries of a transcript, in order, as turns and marks. */
export function feedOf(entries: readonly Entry[]): FeedItem[] {
  const items: FeedItem[] = [];
  let turn: TurnDraft | undefined;
  let prompts = 0;
  for (const entry of entries) {
    if (isMark(entry)) {
      items.push({ kind: 'mark', id: entry.id, entry });
      turn = undefined;
    } else if (isPrompt(entry)) {
      turn = newTurn(entry, ++prompts);
      items.push(turn);
    } else if (!isSilent(entry)) {
      if (!turn) {
        turn = newTurn(entry, 0);
        items.push(turn);
      }
      place(turn, entry, undefined);
    }
  }
  return items;
}

/**
 * Puts items that were shown before in the place of new ones that say the same: they need not be drawn again, and know what
 * no transcript tells, such as how long a command took and how a request was answered.
 */
export function keepKnown(items: readonly FeedItem[], before: readonly FeedItem[]): readonly FeedItem[] {
  const known = new Map(before.map((item) => [item.id, item]));
  return items.map((item) => {
    const old = known.get(item.id);
    return old && saysTheSame(item, old) ? old : item;
  });
}

function saysTheSame(item: FeedItem, old: FeedItem): boolean {
  if (item.kind === 'mark' || old.kind === 'mark') return item.kind === old.kind;
  if (old.running || old.lastEntry !== item.lastEntry) return false;
  const ids = new Set(old.parts.map((part) => part.id));
  return item.parts.every((part) => ids.has(part.id));
}

/** The feed after one update of the running turn. `at` is now, in milliseconds. Items that did not change stay identical. */
export function updateFeed(items: readonly FeedItem[], update: TurnUpdate, at: number): readonly FeedItem[] {
  switch (update.kind) {
    case 'started':
      return changeLast(withEntry(items, update.entry, at), (turn) => {
        turn.running = true;
        turn.backend = update.backend;
        turn.model = update.model ?? turn.model;
      });
    case 'entry':
      return withEntry(items, update.entry, at);
    case 'text':
      return changeLast(items, (turn) => appendText(turn, 'answer', update.id, update.delta, at));
    case 'thinking':
      return changeLast(items, (turn) => appendText(turn, 'thinking', update.id, update.delta, at));
    case 'tool':
      return changeLast(items, (turn) => placeCall(turn, update.call, { live: true, at }));
    case 'plan':
      return changeLast(items, (turn) => placePlan(turn, update.id, update.steps));
    case 'permission':
      return changeLast(items, (turn) => placeRequest(turn, update.request));
    case 'permission_done':
      return changeLast(items, (turn) => {
        turn.parts = turn.parts.map((part) =>
          part.type === 'request' && part.id === update.id ? { ...part, outcome: update.outcome } : part,
        );
      });
    case 'notice':
      return changeLast(items, (turn) => {
        turn.parts.push({ type: 'notice', id: `notice-${turn.parts.length}`, level: update.level, text: update.text });
      });
    case 'ended':
      return changeLast(items, (turn) => endTurn(turn, update, at));
    case 'usage':
    case 'title':
      return items;
    default:
      // A newer server may send what this panel does not know.
      return items;
  }
}

/** Marks the last turn as running: a snapshot of a session whose turn is under way. */
export function resumeLast(items: readonly FeedItem[]): readonly FeedItem[] {
  return changeLast(items, (turn) => {
    turn.running = true;
    turn.end = undefined;
  });
}

/** The turn that runs or ran last. */
export function lastTurn(items: readonly FeedItem[]): Turn | undefined {
  return items.findLast((item) => item.kind === 'turn');
}

/** Requests that wait for the person, oldest first. */
export function waitingRequests(items: readonly FeedItem[]): PartOf<'request'>[] {
  const turn = lastTurn(items);
  if (!turn?.running) return [];
  return turn.parts.filter((part) => part.type === 'request').filter((part) => part.outcome === undefined);
}

function withEntry(items: readonly FeedItem[], entry: Entry, at: number): readonly FeedItem[] {
  if (isSilent(entry)) return items;
  if (isMark(entry)) {
    return items.some((item) => item.id === entry.id) ? items : [...items, { kind: 'mark', id: entry.id, entry }];
  }
  if (isPrompt(entry)) {
    if (items.some((item) => item.id === entry.id)) return items;
    return [...items, newTurn(entry, items.reduce((most, item) => (item.kind === 'turn' ? Math.max(most, item.number) : most), 0) + 1)];
  }
  const base = items.at(-1)?.kind === 'turn' ? items : [...items, newTurn(entry, 0)];
  return changeLast(base, (turn) => place(turn, entry, at));
}

/** Copies the last turn and changes the copy, so that everything else stays identical and is not drawn again. */
function changeLast(items: readonly FeedItem[], change: (turn: TurnDraft) => void): readonly FeedItem[] {
  const index = items.findLastIndex((item) => item.kind === 'turn');
  const found = items[index];
  if (found?.kind !== 'turn') return items;
  const turn: TurnDraft = { ...found, parts: [...found.parts] };
  change(turn);
  return items.with(index, turn);
}

const isPrompt = (entry: Entry): entry is EntryOf<'message'> => entry.type === 'message' && entry.message.role === 'user';
const isMark = (entry: Entry): entry is Mark['entry'] =>
  entry.type === 'compact' ||
  entry.type === 'reset' ||
  entry.type === 'checkpoint' ||
  // Of a holder that died the interrupted turn tells.
  (entry.type === 'lease' && entry.reason === 'taken_over');
const isSilent = (entry: Entry): boolean => entry.type === 'session' || entry.type === 'info' || entry.type === 'lease';

function newTurn(entry: Entry, number: number): TurnDraft {
  const prompt = isPrompt(entry) ? entry : undefined;
  return {
    kind: 'turn',
    id: prompt ? entry.id : `before-${entry.id}`,
    prompt,
    number,
    parts: [],
    running: false,
    startedAt: entry.timestamp,
    endedAt: entry.timestamp,
    lastEntry: prompt?.id,
  };
}

function place(turn: TurnDraft, entry: Entry, at: number | undefined): void {
  turn.endedAt = entry.timestamp;
  turn.lastEntry = entry.id;
  switch (entry.type) {
    case 'message':
      placeMessage(turn, entry);
      break;
    case 'thinking': {
      const known = find(turn, 'thinking', entry.id);
      const durationMs = entry.duration_ms ?? since(known?.startedAt, at);
      put(turn, { type: 'thinking', id: entry.id, text: entry.text, live: false, durationMs });
      break;
    }
    case 'tool_call':
      placeCall(turn, entry.call, { live: false, entry: entry.id, at });
      break;
    case 'plan':
      placePlan(turn, entry.id, entry.steps);
      break;
    default:
      put(turn, { type: 'unknown', id: entry.id, name: entry.type });
  }
}

function placeMessage(turn: TurnDraft, entry: EntryOf<'message'>): void {
  const text = entry.message.content
    .map((block) =>
      block.type === 'text' ? block.text : block.type === 'resource' ? `[${block.title ?? block.uri}](${block.uri})` : '_Image_',
    )
    .join('\n\n');
  if (entry.message.role === 'system') {
    put(turn, { type: 'notice', id: entry.id, level: 'info', text });
    return;
  }
  if (text !== '' || find(turn, 'answer', entry.id)) put(turn, { type: 'answer', id: entry.id, text, live: false });
  turn.backend = entry.backend ?? turn.backend;
  turn.model = entry.model ?? turn.model;
  const usage = entry.usage ?? entry.inherited?.usage;
  if (usage) {
    const cost = usage.cost_usd ?? null;
    const before = turn.usage;
    turn.usage = {
      tokens: (before?.tokens ?? 0) + (usage.total || usage.input + usage.output),
      cost: cost === null ? (before?.cost ?? null) : (before?.cost ?? 0) + cost,
    };
  }
  if (entry.stop_reason !== undefined) {
    turn.end = { reason: entry.stop_reason, message: entry.error ?? turn.end?.message, hint: turn.end?.hint, code: turn.end?.code };
  }
}

interface Placing {
  readonly live: boolean;
  readonly entry?: string | undefined;
  readonly at?: number | undefined;
}

function placeCall(turn: TurnDraft, call: ToolCall, { live, entry, at }: Placing): void {
  const known = find(turn, 'tool', call.id);
  const startedAt = known ? known.startedAt : live ? at : undefined;
  const given = call['duration_ms'];
  const running = call.status === 'running' || call.status === 'pending';
  const durationMs = typeof given === 'number' ? given : (known?.durationMs ?? (running ? undefined : since(startedAt, at)));
  put(turn, { type: 'tool', id: call.id, call, live, entry: entry ?? known?.entry, startedAt, durationMs });
}

/** One plan a turn: a later one is the same plan, further on. */
function placePlan(turn: TurnDraft, id: string, steps: readonly PlanStep[]): void {
  const index = turn.parts.findIndex((part) => part.type === 'plan');
  const part: Part = { type: 'plan', id: turn.parts[index]?.id ?? id, steps };
  if (index < 0) turn.parts.push(part);
  else turn.parts[index] = part;
}

function placeRequest(turn: TurnDraft, request: PermissionRequest): void {
  if (!find(turn, 'request', request.id)) put(turn, { type: 'request', id: request.id, request });
}

function appendText(turn: TurnDraft, type: 'answer' | 'thinking', id: string, delta: string, at: number): void {
  const known = find(turn, type, id);
  if (known && !known.live) return;
  const text = (known?.text ?? '') + delta;
  if (type === 'answer') put(turn, { type, id, text, live: true });
  else put(turn, { type, id, text, live: true, startedAt: known && 'startedAt' in known ? known.startedAt : at });
}

function endTurn(turn: TurnDraft, update: Extract<TurnUpdate, { kind: 'ended' }>, at: number): void {
  turn.running = false;
  turn.endedAt = new Date(at).toISOString();
  turn.end = { reason: update.stop_reason, message: update.error?.message, hint: update.error?.hint, code: update.error?.code };
  // What the agent never finished ends with the turn, and a question without an answer is not waiting any more.
  turn.parts = turn.parts.map((part) => {
    if (part.type === 'request' && part.outcome === undefined) return { ...part, outcome: 'expired' };
    if (part.type === 'tool' && (part.call.status === 'running' || part.call.status === 'pending')) {
      return { ...part, live: false, call: { ...part.call, status: 'cancelled' } };
    }
    return 'live' in part && part.live ? { ...part, live: false } : part;
  });
}

function find<T extends Part['type']>(turn: TurnDraft, type: T, id: string): PartOf<T> | undefined {
  const found = turn.parts.findLast((part) => part.type === type && part.id === id);
  return found as PartOf<T> | undefined;
}

function put(turn: TurnDraft, part: Part): void {
  const index = turn.parts.findLastIndex((other) => other.type === part.type && other.id === part.id);
  if (index < 0) turn.parts.push(part);
  else turn.parts[index] = part;
}

const since = (start: number | undefined, at: number | undefined): number | undefined =>
  start === undefined || at === undefined ? undefined : at - start;

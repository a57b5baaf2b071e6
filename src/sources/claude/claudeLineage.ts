import { readFileSync, statSync } from 'node:fs';
import type { SessionRow } from '../../model/row.js';
import type { ClaudeBrief } from './claudeBrief.js';
import { noTokens } from '../../model/usage.js';
import { costSince, costStateOf, type CostState } from './claudeUsage.js';
import { objectOf, stringOf } from '../jsonValue.js';

/** What the search for a session's parent looks at. */
export interface ClaudeMember {
  readonly id: string;
  readonly path: string;
  /** When its file was begun, and its last message. */
  readonly startedAt: string;
  readonly lastAt: string;
  readonly firstUuid: string;
  /** The session that its first record says it is of, or was copied from. */
  readonly namedParent: string | undefined;
  /** Made by the program's other way, which begins a new sum of costs. */
  readonly isMarked: boolean;
  /** It has a message that is older than the file. */
  readonly isCopy: boolean;
  readonly cost: CostState | undefined;
}

export interface ClaudeParent {
  readonly id: string;
  /** The ids of the parent's records: what a fork has of these it did not use itself. */
  readonly uuids: ReadonlySet<string>;
  /** What the parent had cost when the fork was made; `undefined` where it is not known. */
  readonly cost: CostState | undefined;
}

/** A family larger than this is no family but copies: only so many of it are compared. */
const maxCompared = 32;
/** Files larger than this are not compared. */
const maxBytes = 256 * 1024 * 1024;

/**
 * A fork made on the command line keeps the ids of the messages that it copied, counts what its parent cost as its own, and
 * names no parent: that one is the session, begun earlier, which shares the most of its records with it.
 */
export class ClaudeLineage {
  #members: readonly ClaudeMember[] = [];
  #stamps: ReadonlyMap<string, string> = new Map();
  #kin: Kin | undefined;
  /** The latest read, the oldest first. */
  readonly #traces = new Map<string, { readonly stamp: string; readonly traces: Traces }>();
  /** Answers, each with the stamps of the files it was found in. */
  readonly #answers = new Map<string, { readonly stamps: string; readonly parent: ClaudeParent | undefined }>();

  /** Takes in the sessions as they are now, with a stamp of each by its row's id. */
  update(members: readonly ClaudeMember[], stamps: ReadonlyMap<string, string>): void {
    [this.#members, this.#stamps, this.#kin] = [members, stamps, undefined];
    for (const id of this.#answers.keys()) if (!stamps.has(`claude:${id}`)) this.#answers.delete(id);
  }

  /** The sessions that have records which another session wrote. */
  forks(): readonly ClaudeMember[] {
    const begun = new Map<string, ClaudeMember>();
    return this.#members.filter((member) => {
      if (member.namedParent !== undefined || member.isCopy) return true;
      // Versions that say neither: of two with the same beginning, the one that went on longer is the later.
      if (member.cost || member.firstUuid === '') return false;
      const other = begun.get(member.firstUuid);
      if (!other || member.lastAt < other.lastAt) begun.set(member.firstUuid, member);
      return other !== undefined && member.lastAt > other.lastAt;
    });
  }

  /** What a session's sum of costs stood at when it began; `undefined` where that is not known. */
  costBefore(id: string): CostState | undefined {
    const fork = this.#families().forks.get(id);
    if (!fork || fork.isMarked) return { usd: 0, tokens: noTokens, began: 0 };
    const cost = this.parentOf(id)?.cost;
    return cost?.began === fork.cost?.began ? cost : undefined;
  }

  /** The parent of a fork, if that is still there. Reads the files of its family, once for each of their states. */
  parentOf(id: string): ClaudeParent | undefined {
    const member = this.#families().forks.get(id);
    if (!member) return undefined;
    const candidates = this.#candidates(member);
    const stamps = this.#stampsOf([member, ...candidates]);
    const known = this.#answers.get(id);
    if (known?.stamps === stamps) return known.parent;
    const parent = findParent(member, candidates, (other) => this.#tracesOf(other));
    this.#answers.set(id, { stamps, parent });
    return parent;
  }

  /** Whether `parentOf` knows without reading. */
  isKnown(member: ClaudeMember): boolean {
    return this.#answers.get(member.id)?.stamps === this.#stampsOf([member, ...this.#candidates(member)]);
  }

  #stampsOf(members: readonly ClaudeMember[]): string {
    return members.map(({ id }) => `${id} ${this.#stamps.get(`claude:${id}`) ?? ''}`).join(' ');
  }

  /** The forks of one family are compared with the same few sessions. */
  #tracesOf(member: ClaudeMember): Traces {
    const stamp = this.#stamps.get(`claude:${member.id}`) ?? '';
    const known = this.#traces.get(member.id);
    const traces = known?.stamp === stamp ? known.traces : readTraces(member);
    this.#traces.delete(member.id);
    this.#traces.set(member.id, { stamp, traces });
    for (const id of this.#traces.keys()) if (this.#traces.size > maxCompared * 2) this.#traces.delete(id);
    return traces;
  }

  #candidates(member: ClaudeMember): readonly ClaudeMember[] {
    const { byId, byKey } = this.#families();
    const named = byId.get(member.namedParent ?? '');
    const family = keysOf(member).flatMap((key) => byKey.get(key) ?? []);
    const earlier = family.filter((other) => other.startedAt < member.startedAt || other.lastAt < member.lastAt);
    return [...new Set([...(named ? [named] : []), ...earlier])].filter((other) => other !== member).slice(0, maxCompared);
  }

  /** Made when the first fork asks: most stores have few. */
  #families(): Kin {
    if (this.#kin) return this.#kin;
    const byKey = new Map<string, ClaudeMember[]>();
    for (const member of this.#members) {
      for (const key of keysOf(member)) {
        const family = byKey.get(key);
        if (!family) byKey.set(key, [member]);
        else if (family.length < maxCompared * 4) family.push(member);
      }
    }
    const byId = new Map(this.#members.map((member) => [member.id, member]));
    this.#kin = { byId, byKey, forks: new Map(this.forks().map((member) => [member.id, member])) };
    return this.#kin;
  }
}

interface Kin {
  readonly byId: ReadonlyMap<string, ClaudeMember>;
  readonly byKey: ReadonlyMap<string, readonly ClaudeMember[]>;
  readonly forks: ReadonlyMap<string, ClaudeMember>;
}

/** What a fork used itself, of a sum that has its parent's part in it; `undefined` where that part is not known. */
export function ownUse(member: ClaudeMember, parent: ClaudeParent | undefined): ReturnType<typeof costSince> | undefined {
  if (!member.cost) return undefined;
  // The program's other way to fork begins a new sum.
  if (member.isMarked) return member.cost;
  return parent?.cost && parent.cost.began === member.cost.began ? costSince(parent.cost, member.cost) : undefined;
}

export function memberOf(row: SessionRow, { first, last }: ClaudeBrief): ClaudeMember {
  const record = first.record ?? {};
  const [marked, written] = [stringOf(objectOf(record['forkedFrom'])['sessionId']), stringOf(record['sessionId'])];
  const id = row.id.slice('claude:'.length);
  return {
    id,
    path: row.path,
    startedAt: row.created_at,
    lastAt: row.last_used_at,
    firstUuid: stringOf(record['uuid']),
    namedParent: marked || (written !== id && written) || undefined,
    isMarked: marked !== '',
    isCopy: first.messageAt !== undefined && row.created_at > first.messageAt,
    cost: last.cost,
  };
}

const keysOf = ({ firstUuid, cost }: ClaudeMember): readonly string[] => [
  ...(firstUuid === '' ? [] : [`first ${firstUuid}`]),
  ...(cost && cost.began > 0 ? [`began ${cost.began}`] : []),
];

function findParent(
  member: ClaudeMember,
  candidates: readonly ClaudeMember[],
  tracesOf: (member: ClaudeMember) => Traces,
): ClaudeParent | undefined {
  const own = tracesOf(member).list;
  let best: { readonly shared: number; readonly at: string; readonly parent: ClaudeParent } | undefined;
  for (const other of candidates) {
    const { list, uuids } = tracesOf(other);
    const shared = own.findLastIndex(({ uuid }) => uuid !== undefined && uuids.has(uuid));
    const isNamed = other.id === member.namedParent;
    if (shared === -1 && !isNamed) continue;
    if (best && !isNamed && (shared < best.shared || (shared === best.shared && other.startedAt >= best.at))) continue;
    const last = list.findLastIndex(({ uuid }) => uuid !== undefined && uuid === own[shared]?.uuid);
    const cost = last === -1 ? undefined : list.slice(last + 1).find((trace) => trace.cost)?.cost;
    best = { shared: isNamed ? Infinity : shared, at: other.startedAt, parent: { id: other.id, uuids, cost } };
  }
  return best?.parent;
}

interface Trace {
  readonly uuid?: string;
  readonly cost?: CostState;
}

/** The ids of a file's records in their order, and what the session had cost between them. */
interface Traces {
  readonly list: readonly Trace[];
  readonly uuids: ReadonlySet<string>;
}

function readTraces({ path }: ClaudeMember): Traces {
  const list: Trace[] = [];
  for (const [line, uuid] of textOf(path).matchAll(/"uuid": ?"([^"\s]{1,64})"|^\{"type": ?"cost-state".*$/gm)) {
    if (uuid !== undefined) list.push({ uuid });
    else {
      const cost = parsed(line);
      if (cost) list.push({ cost });
    }
  }
  return { list, uuids: new Set(list.flatMap(({ uuid }) => uuid ?? [])) };
}

/** One character for each byte. Empty where the file is gone or not to be read: the list says what is wrong with it. */
function textOf(path: string): string {
  try {
    return statSync(path).size > maxBytes ? '' : readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function parsed(line: string): CostState | undefined {
  try {
    return costStateOf(objectOf(JSON.parse(line)));
  } catch {
    // A damaged sum is none.
    return undefined;
  }
}

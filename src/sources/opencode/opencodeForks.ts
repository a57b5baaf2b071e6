import type { SessionRow } from '../../model/row.js';
import { countOf } from '../jsonValue.js';
import { jsonMember } from './opencodeTables.js';
import { opencodeCost, opencodeTokens } from './opencodeUsage.js';
import type { SqliteQuery } from '../sqliteFile.js';

/** What OpenCode adds to the title of a fork: for long the only trace of where it comes from. */
const forkTitle = / \(fork #\d+\)$/;

/** Sessions of the same folder that are looked through for a fork's parent. */
const maxCandidates = 64;

/**
 * The rows with each fork's parent and without the usage that the parent counts already. A fork is a copy: its first messages
 * are older than itself, and its parent has one of the very same time.
 */
export function opencodeForks(query: SqliteQuery, rows: readonly SessionRow[]): readonly SessionRow[] {
  let folders: ReadonlyMap<string, readonly Candidate[]> | undefined;
  return rows.map((row) => {
    if (row.parent_id === undefined ? !forkTitle.test(row.title) : row.forked_at === undefined) return row;
    const own = row.id.slice('opencode:'.length);
    const created = Date.parse(row.created_at);
    const [copied] = query('select max(time_created) as last from message where session_id = ? and time_created < ?', own, created);
    const last = copied?.['last'];
    if (typeof last !== 'number') return row;
    folders ??= candidatesIn(rows);
    const parent = row.parent_id ?? parentOf(query, row, folders.get(row.workdir) ?? [], last);
    return parent === undefined ? row : { ...row, parent_id: parent, ...ownUsage(query, own, created) };
  });
}

/** A session that may be a fork's parent. */
interface Candidate {
  readonly id: string;
  /** Its title without what OpenCode adds to that of a fork. */
  readonly name: string;
  readonly created: number;
}

const nameOf = (row: SessionRow): string => row.title.replace(forkTitle, '');

/** The sessions of each folder, the youngest first. */
function candidatesIn(rows: readonly SessionRow[]): ReadonlyMap<string, readonly Candidate[]> {
  const folders = new Map<string, Candidate[]>();
  for (const row of rows) {
    const folder = folders.get(row.workdir) ?? [];
    folder.push({ id: row.id, name: nameOf(row), created: Date.parse(row.created_at) });
    folders.set(row.workdir, folder);
  }
  for (const folder of folders.values()) folder.sort((a, b) => b.created - a.created);
  return folders;
}

function parentOf(query: SqliteQuery, fork: SessionRow, folder: readonly Candidate[], last: number): string | undefined {
  const [created, name] = [Date.parse(fork.created_at), nameOf(fork)];
  const older = folder.filter((each) => each.created < created && each.id !== fork.id);
  const candidates = [...older.filter((each) => each.name === name), ...older.filter((each) => each.name !== name)];
  const holders = candidates
    .slice(0, maxCandidates)
    .filter(
      ({ id }) =>
        query('select 1 from message where session_id = ? and time_created = ? limit 1', id.slice('opencode:'.length), last).length > 0,
    );
  // A fork of a fork has the message too: it was said in the session that is older than it.
  return (holders.find((each) => each.created <= last) ?? holders[0])?.id;
}

function ownUsage(query: SqliteQuery, id: string, since: number): Pick<SessionRow, 'token_usage' | 'tokens' | 'cost_usd'> {
  const sum = (path: string, name: string): string => `sum(${jsonMember('data', path)}) as ${name}`;
  const sums = [
    sum('$.tokens.input', 'input'),
    sum('$.tokens.output', 'output'),
    sum('$.tokens.reasoning', 'reasoning'),
    sum('$.tokens.cache.read', 'read'),
    sum('$.tokens.cache.write', 'write'),
    sum('$.cost', 'cost'),
  ];
  const [own = {}] = query(`select ${sums.join(', ')} from message where session_id = ? and time_created >= ?`, id, since);
  const usage = opencodeTokens(own['input'], own['output'], own['reasoning'], own['read'], own['write']);
  return { token_usage: usage, tokens: countOf(usage.total), cost_usd: opencodeCost(own['cost']) };
}

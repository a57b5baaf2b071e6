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
  return rows.map((row) => {
    if (row.parent_id === undefined ? !forkTitle.test(row.title) : row.forked_at === undefined) return row;
    const own = row.id.slice('opencode:'.length);
    const created = Date.parse(row.created_at);
    const [copied] = query('select max(time_created) as last from message where session_id = ? and time_created < ?', own, created);
    const last = copied?.['last'];
    if (typeof last !== 'number') return row;
    const parent = row.parent_id ?? parentOf(query, row, rows, last);
    return parent === undefined ? row : { ...row, parent_id: parent, ...ownUsage(query, own, created) };
  });
}

function parentOf(query: SqliteQuery, fork: SessionRow, rows: readonly SessionRow[], last: number): string | undefined {
  const name = (row: SessionRow): string => row.title.replace(forkTitle, '');
  const when = (row: SessionRow): number => Date.parse(row.created_at);
  const holders = rows
    .filter((row) => row.workdir === fork.workdir && row.id !== fork.id && when(row) < when(fork))
    .sort((a, b) => Number(name(b) === name(fork)) - Number(name(a) === name(fork)) || when(b) - when(a))
    .slice(0, maxCandidates)
    .filter(
      ({ id }) =>
        query('select 1 from message where session_id = ? and time_created = ? limit 1', id.slice('opencode:'.length), last).length > 0,
    );
  // A fork of a fork has the message too: it was said in the session that is older than it.
  return (holders.find((row) => when(row) <= last) ?? holders[0])?.id;
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

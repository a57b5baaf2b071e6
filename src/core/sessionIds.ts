import { messageOf, SessionError } from '../model/errors.js';
import { sessionIdPattern } from '../model/sessionId.js';
import type { SessionRow } from '../model/row.js';
import { adoptedId, notAdopted } from './foreign/adoptedId.js';
import type { CoreContext } from './context.js';
import { isOurs } from './isOurs.js';
import { foreignId } from './foreign/foreignId.js';
import { listShown } from './gatherRows.js';
import { listSessions } from './listSessions.js';

const shortestPrefix = 4;
/** Candidates that an ambiguous id names. */
const namedCandidates = 5;

interface Candidate {
  readonly row: SessionRow;
  /** The ids it answers to. */
  readonly ids: readonly string[];
}

/**
 * The whole id for what a person wrote: a whole id, a unique prefix of 4 or more characters (of another program's own id
 * too), or a position in the default list. An adopted session answers to its source's id. `not_found`, `ambiguous`, `usage`.
 */
export async function resolveId(context: CoreContext, text: string): Promise<string> {
  if (sessionIdPattern.test(text) && (await isOurs(context, text))) return text;
  if (/^[1-9]\d?$/.test(text)) return atPosition(context, Number(text));
  const known = await candidates(context);
  const exact = known.filter(({ ids }) => ids.includes(text));
  if (exact.length > 0) return one(exact, text);
  if (text.length < shortestPrefix) {
    throw new SessionError('usage', `"${text}" is too short for a session id`, {
      hint: `give ${shortestPrefix} or more of its characters, or a position in the list (1 to 99)`,
    });
  }
  const found = known.filter(({ ids }) => ids.some((id) => id.startsWith(text) || id.startsWith(text.toLowerCase())));
  return found.length > 0 ? one(found, text) : missing(context, text, known);
}

async function atPosition(context: CoreContext, position: number): Promise<string> {
  const { rows } = await listSessions(context, { limit: position });
  const row = rows[position - 1];
  if (row) return row.id;
  const count = rows.length === 0 ? 'no sessions' : rows.length === 1 ? 'one session' : `${rows.length} sessions`;
  throw new SessionError('not_found', `there is no session ${position}: the list has ${count}`);
}

async function candidates(context: CoreContext): Promise<readonly Candidate[]> {
  const [own, foreign] = await Promise.all([context.store.list(), listShown(context)]);
  const sourceIds = new Map(foreign.rows.map((row) => [adoptedId(row.id), row.id]));
  return [
    ...own.map((row) => ({
      row,
      ids: [row.id, ...idsOf(row.origin ? `${row.origin.source}:${row.origin.id}` : sourceIds.get(row.id)), ...nativeIds(row)],
    })),
    ...(await notAdopted(context, foreign.rows, own)).map((row) => ({ row, ids: idsOf(row.id) })),
  ];
}

/** The agent's own session, which is one row with ours. */
const nativeIds = ({ backend, backend_session_id: id }: SessionRow): readonly string[] =>
  id === undefined ? [] : idsOf(`${backend}:${id}`);

/** Another program's id, and its own part. */
function idsOf(foreign: string | undefined): readonly string[] {
  const parts = foreign === undefined ? undefined : foreignId(foreign);
  return foreign === undefined || !parts ? [] : [foreign, parts.ownId];
}

function one(found: readonly Candidate[], text: string): string {
  const [first] = found;
  if (first && found.length === 1) return first.row.id;
  const named = found.slice(0, namedCandidates).map(({ row }) => `${nameOf(row.id)} "${row.title || row.prompt.slice(0, 40)}"`);
  const more = found.length > namedCandidates ? `, and ${found.length - namedCandidates} more` : '';
  throw new SessionError('ambiguous', `"${text}" fits ${found.length} sessions`, { hint: `it could be ${named.join(', ')}${more}` });
}

/** Enough of an id to tell the candidates of a prefix apart. */
const nameOf = (id: string): string => (sessionIdPattern.test(id) ? id.slice(0, 12) : id);

async function missing(context: CoreContext, text: string, known: readonly Candidate[]): Promise<never> {
  const titled = known.filter(({ row }) => row.title.toLowerCase() === text.toLowerCase()).map(({ row }) => nameOf(row.id));
  if (titled.length > 0) {
    throw new SessionError('not_found', `there is no session ${text}`, {
      hint: `it is the title of ${titled.slice(0, namedCandidates).join(', ')}`,
    });
  }
  for (const store of await context.otherStores()) {
    const rows = await store.list().catch((error: unknown) => {
      context.logger.debug(`${store.root} could not be searched: ${messageOf(error)}`);
      return [];
    });
    const row = rows.find(({ id }) => id.startsWith(text));
    if (!row) continue;
    throw new SessionError('not_found', `session ${text} is not of this folder`, {
      hint: `it belongs to ${row.workdir}: use --path ${row.workdir}`,
    });
  }
  throw new SessionError('not_found', `there is no session ${text}`, { hint: 'skein sessions list --all shows every session' });
}

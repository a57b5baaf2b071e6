import { SessionError } from '../../model/errors.js';
import type { SessionRow } from '../../model/row.js';
import type { Source } from '../../sources/source.js';

export interface ForeignId {
  readonly source: string;
  readonly ownId: string;
}

/** Splits `<source>:<own id>`; `undefined` for an id of ours. */
export function foreignId(id: string): ForeignId | undefined {
  const colon = id.indexOf(':');
  return colon === -1 ? undefined : { source: id.slice(0, colon), ownId: id.slice(colon + 1) };
}

/** The source of that name, or `not_found`. */
export function sourceNamed(sources: readonly Source[], name: string): Source {
  const source = sources.find((candidate) => candidate.name === name);
  if (source) return source;
  throw new SessionError('not_found', `there is no source "${name}"`, { hint: `known: ${sources.map((known) => known.name).join(', ')}` });
}

/** The row of another program's session, fresh, or `not_found`. */
export async function foreignRow(sources: readonly Source[], id: ForeignId): Promise<SessionRow> {
  const whole = `${id.source}:${id.ownId}`;
  const { rows } = await sourceNamed(sources, id.source).list();
  const row = rows.find((candidate) => candidate.id === whole);
  if (!row) throw new SessionError('not_found', `there is no session ${whole}`);
  return row;
}

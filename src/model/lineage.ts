import type { SessionRecord } from './record.js';

type Kin = Pick<SessionRecord, 'parent_id' | 'metadata'>;

/** The session whose agent started this one; `undefined` for any other. */
export function spawnerOf({ metadata }: Pick<SessionRecord, 'metadata'>): string | undefined {
  const { spawned_by: by } = metadata;
  return typeof by === 'string' ? by : undefined;
}

/** A fork has its parent's history; a spawned session has a parent too, and begins with nothing. */
export const isFork = (row: Kin): boolean => row.parent_id !== undefined && spawnerOf(row) === undefined;

export const isSpawned = (row: Kin): boolean => spawnerOf(row) !== undefined;

import type { Problem, SessionRow } from '../model/row.js';

/** Sessions of a scope, as they were at one moment. */
export interface GatheredRows {
  readonly rows: readonly SessionRow[];
  readonly problems: readonly Problem[];
  /** Of every session of the sources, in the scope or not: see `SourceList.stamps`. */
  readonly stamps: ReadonlyMap<string, string>;
}

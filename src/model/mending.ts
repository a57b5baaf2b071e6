import type { Finding } from './report.js';

/** Kinds that `--fix` puts right as any program would when it next met them: no change of anything kept, and none for undo. */
export const mendedInPlace: ReadonlySet<string> = new Set(['permissions', 'not_ignored', 'dead_lock', 'left_partial']);

/** Whether mending these makes a change that undo takes back. */
export const isMendingUndoable = (findings: readonly Finding[]): boolean =>
  findings.some(({ kind, fix }) => fix !== undefined && !mendedInPlace.has(kind));

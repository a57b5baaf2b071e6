import { diffView } from './diffRows.js';
import type { Turn } from './feed.js';

/** A file that a turn changed: lines added and removed over all its edits, and where its last diff can be opened. */
export interface ChangedFile {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
  readonly entry?: string | undefined;
  readonly index: number;
}

/** The files of a turn's successful edits, in the order of their first change. */
export function changedFiles(turn: Turn | undefined): ChangedFile[] {
  const files = new Map<string, ChangedFile>();
  for (const part of turn?.parts ?? []) {
    if (part.type !== 'tool' || part.call.status !== 'completed') continue;
    part.call.diff?.forEach((diff, index) => {
      const { added, removed } = diffView(diff);
      const before = files.get(diff.path);
      files.set(diff.path, {
        path: diff.path,
        added: (before?.added ?? 0) + added,
        removed: (before?.removed ?? 0) + removed,
        entry: part.entry,
        index,
      });
    });
  }
  return [...files.values()];
}

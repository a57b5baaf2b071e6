import type { FileDiff } from '../../model/entry.js';
import { sidesOf, unifiedDiffs } from '../../model/unifiedDiff.js';
import { objectOf } from '../jsonValue.js';

const fileLine = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const moveLine = /^\*\*\* Move to: (.+)$/;

/**
 * The changes of a patch as `apply_patch` takes it, one for each hunk: paths as they stand there, of a moved file the new
 * one. Empty for a text that is no patch.
 */
export function patchDiffs(patch: string): FileDiff[] {
  const begin = patch.indexOf('*** Begin Patch');
  if (begin === -1) return [];
  const diffs: FileDiff[] = [];
  let kind = '';
  let path = '';
  let hunk: string[] = [];
  const close = (): void => {
    if (kind === 'Add') diffs.push({ path, old_text: null, new_text: joined(hunk.map((line) => line.replace(/^\+/, ''))) });
    else if (kind === 'Delete') diffs.push({ path, new_text: '' });
    else if (hunk.length > 0) diffs.push({ path, ...sidesOf(hunk) });
    hunk = [];
  };
  for (const line of patch.slice(begin).split(/\r?\n/).slice(1)) {
    const [, nextKind, nextPath] = fileLine.exec(line) ?? [];
    const [, movedTo] = moveLine.exec(line) ?? [];
    if (line.startsWith('*** End Patch')) break;
    if (nextKind !== undefined && nextPath !== undefined) {
      if (kind !== '') close();
      [kind, path] = [nextKind, nextPath.trim()];
    } else if (movedTo !== undefined) path = movedTo.trim();
    else if (line.startsWith('@@')) {
      if (hunk.length > 0) close();
    } else if (!line.startsWith('*** ')) hunk.push(line);
  }
  if (kind !== '') close();
  return diffs;
}

/**
 * The changes that were made, as Codex records them by path: `add` and `delete` with the content, `update` with a unified
 * diff. Older versions put the kind around the fields: `{update: {…}}`.
 */
export function changeDiffs(changes: unknown): FileDiff[] {
  return Object.entries(objectOf(changes)).flatMap(([path, value]) => {
    const change = objectOf(value);
    const [inner] = 'type' in change ? [] : Object.entries(change);
    const kind = inner ? inner[0] : change['type'];
    const fields = inner ? objectOf(inner[1]) : change;
    const { content, unified_diff: diff, move_path: moved } = fields;
    if (kind === 'add' && typeof content === 'string') return [{ path, old_text: null, new_text: content }];
    if (kind === 'delete') return [{ path, ...(typeof content === 'string' ? { old_text: content } : {}), new_text: '' }];
    return kind === 'update' && typeof diff === 'string' ? unifiedDiffs(typeof moved === 'string' ? moved : path, diff) : [];
  });
}

const joined = (lines: readonly string[]): string => lines.join('\n');

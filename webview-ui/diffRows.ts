import { diffWordsWithSpace, structuredPatch } from 'diff';
import type { FileDiff } from '../src/model/entry.js';

export interface DiffText {
  readonly text: string;
  readonly changed: boolean;
}

/** A line of a diff. `number` is the line in the file it belongs to: the old one for `-`, else the new one. */
export interface DiffRow {
  readonly sign: ' ' | '+' | '-';
  readonly number: number;
  readonly texts: readonly DiffText[];
}

/** A change of a file: its lines in hunks, and how many were added and removed. `undefined` hunks: too much to compare here. */
export interface DiffView {
  readonly hunks: readonly (readonly DiffRow[])[] | undefined;
  readonly added: number;
  readonly removed: number;
}

const known = new WeakMap<FileDiff, DiffView>();
/** Beyond this the editor's own diff is the better place. */
const limit = 400_000;

/** The lines of a change, with the words that differ marked. Computed once a diff. */
export function diffView(diff: FileDiff): DiffView {
  let view = known.get(diff);
  if (!view) known.set(diff, (view = compute(diff)));
  return view;
}

function compute({ old_text: before, new_text: after }: FileDiff): DiffView {
  const old = before ?? '';
  const patch =
    old.length + after.length > limit
      ? undefined
      : structuredPatch('', '', old, after, undefined, undefined, { context: 2, maxEditLength: 4000, timeout: 300 });
  if (!patch) return { hunks: undefined, added: lineCount(after), removed: lineCount(old) };
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  return {
    hunks: patch.hunks.map((hunk) => rowsOf(hunk.lines, hunk.oldStart, hunk.newStart)),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

function rowsOf(lines: readonly string[], oldStart: number, newStart: number): DiffRow[] {
  const rows: DiffRow[] = [];
  let [oldLine, newLine] = [oldStart, newStart];
  for (let index = 0; index < lines.length;) {
    const removed = run(lines, index, '-');
    const added = run(lines, index + removed.length, '+');
    const pairs = removed.map((text, at) => pair(text, added[at]));
    removed.forEach((text, at) => rows.push({ sign: '-', number: oldLine++, texts: pairs[at]?.old ?? plain(text) }));
    added.forEach((text, at) => rows.push({ sign: '+', number: newLine++, texts: pairs[at]?.new ?? plain(text) }));
    index += removed.length + added.length;
    const line = lines[index];
    if (line === undefined) break;
    if (line.startsWith(' ')) {
      rows.push({ sign: ' ', number: newLine++, texts: plain(line.slice(1)) });
      oldLine++;
      index++;
    } else if (line.startsWith('\\')) index++;
  }
  return rows;
}

function run(lines: readonly string[], from: number, sign: string): string[] {
  const found: string[] = [];
  for (let index = from; lines[index]?.startsWith(sign); index++) found.push(lines[index]?.slice(1) ?? '');
  return found;
}

/** The words that differ between a line and what took its place; nothing where the two have too little in common. */
function pair(before: string, after: string | undefined): { old: DiffText[]; new: DiffText[] } | undefined {
  if (after === undefined || before.length + after.length > 2000) return undefined;
  const changes = diffWordsWithSpace(before, after);
  const kept = changes.filter((change) => !change.added && !change.removed).reduce((sum, change) => sum + change.value.trim().length, 0);
  if (kept * 3 < Math.max(before.trim().length, after.trim().length)) return undefined;
  const side = (other: 'added' | 'removed', own: 'added' | 'removed'): DiffText[] =>
    changes.filter((change) => !change[other]).map((change) => ({ text: change.value, changed: change[own] }));
  return { old: side('added', 'removed'), new: side('removed', 'added') };
}

const plain = (text: string): DiffText[] => [{ text, changed: false }];
const lineCount = (text: string): number => (text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0));

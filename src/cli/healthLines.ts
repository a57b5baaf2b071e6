import type { SourceHealth } from '../model/report.js';
import { plainLine } from './plainText.js';
import { countOf } from './words.js';

/** One line a store: how many sessions it has and how they are; below it, who holds which since when. */
export function healthLines(stores: readonly SourceHealth[]): readonly string[] {
  return stores.flatMap(({ title, sessions, problems, held }) => [
    plainLine(`${title}: ${countOf(sessions, 'session')}, ${stateWords(problems.map(({ kind }) => kind))}`),
    ...held.map(
      ({ title: session, holder }) =>
        `  ${plainLine(`"${session}" is locked by ${holder.program} (pid ${String(holder.pid)} on ${holder.host}) since ${holder.started_at}`)}`,
    ),
  ]);
}

function stateWords(kinds: readonly string[]): string {
  if (kinds.length === 0) return 'ok';
  return [...new Set(kinds)].map((kind) => `${String(kinds.filter((each) => each === kind).length)} ${kind}`).join(', ');
}

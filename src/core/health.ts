import { messageOf } from '../model/errors.js';
import type { SourceHealth } from '../model/report.js';
import type { Problem, SessionRow } from '../model/row.js';
import type { Source } from '../sources/source.js';
import { ownSource, type CoreContext } from './context.js';

/** How this folder's store is, and each program's that left sessions here: what is wrong with which, and who holds what. Mends nothing. */
export async function healthReport(context: CoreContext): Promise<readonly SourceHealth[]> {
  const theirs = await Promise.all(context.sources.map((source) => sourceHealth(source)));
  return [await ownHealth(context), ...theirs.flatMap((health) => health ?? [])];
}

async function ownHealth({ store }: CoreContext): Promise<SourceHealth> {
  const base = { name: ownSource, title: 'Skein', path: store.root };
  try {
    return { ...base, ...stateOf(await store.list(), []) };
  } catch (error) {
    return { ...base, sessions: 0, held: [], problems: [{ kind: 'unreadable', detail: messageOf(error), path: store.root }] };
  }
}

/** `undefined` where its program was never used. */
async function sourceHealth(source: Source): Promise<SourceHealth | undefined> {
  const { name, title } = source;
  try {
    const { found, path, readOnly, problem } = await source.info();
    if (!found) return undefined;
    const { rows, problems } = await source.list();
    const own: readonly Problem[] = problem === undefined ? [] : [{ kind: 'unreadable', detail: problem, path }];
    return { name, title, path, ...(readOnly === undefined ? {} : { readOnly }), ...stateOf(rows, [...own, ...problems]) };
  } catch (error) {
    return { name, title, path: '', sessions: 0, held: [], problems: [{ kind: 'unreadable', detail: messageOf(error), path: title }] };
  }
}

function stateOf(rows: readonly SessionRow[], found: readonly Problem[]): Pick<SourceHealth, 'sessions' | 'problems' | 'held'> {
  const all = [...found, ...rows.flatMap((row) => row.problem ?? [])];
  const problems = [...new Map(all.map((problem) => [`${problem.path}\t${problem.kind}`, problem])).values()];
  const held = rows.flatMap(({ id, title, prompt, running }) => (running ? [{ id, title: title || prompt, holder: running }] : []));
  return { sessions: rows.length, problems, held };
}

import assert from 'node:assert/strict';
import type { Entry } from '../../src/model/entry.js';
import type { Problem, SessionRow } from '../../src/model/row.js';
import { codexSource } from '../../src/sources/codex/codex.js';
import { linesOf, writeRollout } from './codexRollout.js';
import { entryOutline } from './entryOutline.js';
import { withScratchFolder } from './scratchFolder.js';

export type CodexRecords = Parameters<typeof linesOf>[0];

interface CodexReading {
  readonly row: SessionRow;
  readonly rows: readonly SessionRow[];
  readonly problems: readonly Problem[];
  readonly entries: readonly Entry[];
}

/** What the source makes of one thread in a store with these rollouts, by thread. */
export async function readRollouts(rollouts: Readonly<Record<string, CodexRecords>>, id: string): Promise<CodexReading> {
  return withScratchFolder('codex', async (home) => {
    for (const [thread, records] of Object.entries(rollouts)) await writeRollout(home, thread, linesOf(records));
    const source = codexSource({ env: { CODEX_HOME: home } });
    const { rows, problems } = await source.list();
    const row = rows.find((each) => each.id === `codex:${id}`);
    assert.ok(row);
    return { row, problems, rows, entries: await source.read(id) };
  });
}

export const outlinesOf = (entries: readonly Entry[]): string[] => entries.map(entryOutline);

/** What a session's messages used themselves, in tokens. */
export const ownTokens = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + (entry.type === 'message' ? (entry.usage?.total ?? 0) : 0), 0);

/** What each entry inherited, in tokens; `undefined` for what is its session's own. */
export const inheritedTokens = (entries: readonly Entry[]): (number | undefined)[] =>
  entries.map((entry) => (entry.type === 'message' ? entry.inherited?.usage.total : undefined));

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { usageGroups, type UsageGroup } from '../../src/model/usageGroup.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { codexId, codexLine, codexMeta, linesOf, said, tokenCount, writeRollout } from '../support/codexRollout.js';
import { withFolder } from '../support/openFolder.js';
import { say, scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';

// Answer n uses 2^n tokens, so that a sum tells which answers are in it, and none can stand in for another.
const used = (n: number) => ({ input_tokens: 0, output_tokens: 2 ** n });
const all = (answers: number): number => 2 ** answers - 1;

const copyOf = (id: unknown): string | null => (typeof id === 'string' ? `${id}-c` : null);

/** Claude Code's session of answers 0 to 2 and a sub-agent's 3; its forks by either way, and files of old versions that resumed it. */
async function writeClaude(home: string, cwd: string): Promise<readonly string[]> {
  const store = new ClaudeStore(home);
  const [root, byCommand, bySdk, resumed, again] = [1, 2, 3, 4, 5].map((n) => `aaaaaaaa-0000-4000-8000-00000000000${String(n)}`);
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 10, minute)).toISOString();
  const ask = (n: number, parent: string | null, more = {}) =>
    store.prompt(`p${String(n)}`, `ask ${String(n)}`, { parentUuid: parent, timestamp: at(2 * n), cwd, ...more });
  const answer = (n: number, more = {}): Readonly<Record<string, unknown>> => {
    const line = store.answer(`a${String(n)}`, `p${String(n)}`, [{ type: 'text', text: `answer ${String(n)}` }], {
      at: at(2 * n + 1),
      cwd,
      ...more,
    });
    return { ...line, message: { ...(line['message'] as object), usage: used(n) } };
  };
  // The first answer in two blocks, each with its usage; the third on a branch that was left.
  const main = [ask(0, null), answer(0), { ...answer(0), uuid: 'a0-2' }];
  const left = [ask(2, 'a0-2'), answer(2)];
  const rest = [ask(1, 'a0-2'), answer(1)];
  store.session(root ?? '', [...main, ...left, ...rest]);
  const agents = join(store.path(root ?? '').replace(/\.jsonl$/, ''), 'subagents');
  await mkdir(agents, { recursive: true });
  const inAgent = [ask(3, null, { isSidechain: true }), answer(3, { isSidechain: true })];
  const agentLines = inAgent.map((line) => JSON.stringify({ version: '2.0.0', sessionId: root, agentId: 'x1', ...line }));
  await writeFile(join(agents, 'agent-x1.jsonl'), `${agentLines.join('\n')}\n`);
  // `--fork-session` keeps the ids of what it copied and names no parent.
  store.session(byCommand ?? '', [...main, ...rest, ask(4, 'a1'), answer(4)]);
  // The SDK gives new ids and names it.
  const copied = [...main, ...rest].map((line) => ({
    ...line,
    uuid: copyOf(line['uuid']),
    parentUuid: copyOf(line['parentUuid']),
    forkedFrom: { sessionId: root, messageUuid: line['uuid'] },
  }));
  store.session(bySdk ?? '', [...copied, ask(5, 'a1-c'), answer(5)]);
  // A resume of old versions copied all into a file of a new id; and that was resumed the same way.
  const resumedLines = [...main, ...rest, ask(6, 'a1'), answer(6)];
  store.session(resumed ?? '', resumedLines);
  store.session(again ?? '', [...resumedLines, ask(7, 'a6'), answer(7)]);
  return [root, byCommand, bySdk, resumed, again].map((id) => `claude:${String(id)}`);
}

/** Codex's thread of answers 8, 9 and 13, the last in another file; a fork that copied it, one that points into it, and a fork of that. */
async function writeCodex(home: string, cwd: string): Promise<readonly string[]> {
  const [thread, byCopy, byPointer, second] = [1, 2, 3, 4].map(codexId);
  const write = (id: string, lines: readonly Readonly<Record<string, unknown>>[]) => writeRollout(join(home, '.codex'), id, linesOf(lines));
  const numbered = (lines: readonly Readonly<Record<string, unknown>>[], from: number) =>
    lines.map((line, index) => ({ ...line, ordinal: from + index }));
  /** A turn whose answer is n; `before`: what the thread had used until then. */
  const turnOf = (n: number, before: number) => [
    said('user', `ask ${String(n)}`, 3 * n),
    said('assistant', `answer ${String(n)}`, 3 * n + 1),
    tokenCount([0, before + 2 ** n], [0, 2 ** n], 3 * n + 2),
  ];
  const eight = 2 ** 8;
  const nine = eight + 2 ** 9;
  const first = [codexMeta(thread ?? '', { cwd }), ...turnOf(8, 0)];
  // Resumed, it tells its total again.
  const whole = numbered([...first, tokenCount([0, eight], [0, eight], 26), ...turnOf(9, eight)], 0);
  await write(thread ?? '', whole);
  const base = (id: string | undefined, end: number) => ({ history_base: { thread_id: id, end_ordinal_exclusive: end } });
  await write(
    `${thread ?? ''}_${codexId(9)}`,
    numbered([codexLine('session_meta', { id: thread, cwd, ...base(thread, whole.length) }, 38), ...turnOf(13, nine)], whole.length),
  );
  await write(byCopy ?? '', [codexMeta(byCopy ?? '', { cwd, forked_from_id: thread }), ...first, ...turnOf(10, eight)]);
  const pointing = numbered(
    [codexLine('session_meta', { id: byPointer, cwd, forked_from_id: thread, ...base(thread, whole.length) }, 32), ...turnOf(11, nine)],
    whole.length,
  );
  await write(byPointer ?? '', pointing);
  const end = whole.length + pointing.length;
  await write(
    second ?? '',
    numbered(
      [
        codexLine('session_meta', { id: second, cwd, forked_from_id: byPointer, ...base(byPointer, end) }, 35),
        ...turnOf(12, nine + 2 ** 11),
      ],
      end,
    ),
  );
  return [thread, byCopy, byPointer, second].map((id) => `codex:${String(id)}`);
}

test('usage of a set of forks, resumes and adoptions is its true total, exactly, however it is grouped', async () => {
  const agents = scriptedCatalog({
    names: ['claude', 'codex', 'scripted'],
    can: { resume: true, fork: true },
    script: async (prompt, hooks) => {
      await say(hooks, `answer ${prompt}`);
      const total = 2 ** Number(prompt);
      return { stop_reason: 'end_turn', usage: { input: 0, output: total, cached: 0, reasoning: 0, total, cost_usd: total / 1024 } };
    },
  });
  await withFolder({ agents }, async ({ workspace, dir, home, open }) => {
    const claude = await writeClaude(home, dir);
    const codex = await writeCodex(home, dir);
    const isTotal = async (answers: number, what: string): Promise<void> => {
      for (const by of usageGroups) assert.equal(await totalOf(workspace, by), all(answers), `${what}, by ${by}`);
      assert.equal(await totalOf(await open(), 'day'), all(answers), `${what}, in another window`);
    };
    await isTotal(14, 'as the programs left it');
    for (const id of [...claude, ...codex]) await workspace.resume(id);
    await isTotal(14, 'adopted');
    for (const id of [claude[0], claude[4], codex[0], codex[3]]) await workspace.fork(id ?? '', {});
    await isTotal(14, 'forked');
    const own = await workspace.create({ backend: 'scripted' });
    await turn(workspace, own.id, '14');
    const fork = await workspace.fork(own.id, {});
    await turn(workspace, fork.id, '15');
    await workspace.fork(fork.id, {});
    await isTotal(16, 'with sessions of ours');
    await turn(workspace, claude[3] ?? '', '16');
    await turn(workspace, (await workspace.fork(codex[2] ?? '', {})).id, '17');
    await isTotal(18, 'continued here');
    await workspace.remove([own.id, claude[0] ?? '', codex[0] ?? '']);
    await isTotal(18, 'with the first of each deleted');
    const costs = (await workspace.usage('day')).reduce((sum, { cost_usd: cost }) => sum + (cost ?? 0), 0);
    assert.equal(costs, (2 ** 14 + 2 ** 15 + 2 ** 16 + 2 ** 17) / 1024);
  });
});

async function totalOf(workspace: Workspace, by: UsageGroup): Promise<number> {
  return (await workspace.usage(by)).reduce((sum, { total, output }) => {
    assert.equal(total, output);
    return sum + total;
  }, 0);
}

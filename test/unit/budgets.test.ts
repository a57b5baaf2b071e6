import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { judgeBudget } from '../../src/model/budget.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import type { Workspace } from '../../src/core/workspace.js';
import { withFolder } from '../support/openFolder.js';
import { say, scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { content, turn } from '../support/turn.js';

/** What a turn says of itself. */
async function noticesOf(workspace: Workspace, id: string): Promise<readonly string[]> {
  const heard: TurnUpdate[] = [];
  const stop = workspace.onTurn((_id, _seq, update) => heard.push(update));
  await turn(workspace, id, 'go on');
  stop();
  return heard.flatMap((update) => (update.kind === 'notice' && update.level === 'warning' ? [update.text] : []));
}

const untold: Script = async (_prompt, hooks) => {
  await say(hooks, 'done');
  return { stop_reason: 'end_turn', usage: { input: 10, output: 5, cached: 0, reasoning: 0, total: 15 } };
};

describe('a budget', () => {
  test('is spent when as much was used as it allows, and an unknown cost is no cost of 0', () => {
    const spent = { usd: 1, tokens: 200, unknownUsd: 0, unknownTokens: 0 };
    assert.deepEqual(judgeBudget('this session', { usd: 2, tokens: 300, mode: 'soft' }, spent), []);
    assert.deepEqual(judgeBudget('this session', { usd: 1, mode: 'soft' }, spent), [
      { kind: 'spent', text: 'the budget of $1.00 for this session is spent: $1.00' },
    ]);
    assert.deepEqual(judgeBudget('this day', { tokens: 100, mode: 'hard' }, spent), [
      { kind: 'spent', text: 'the budget of 100 tokens for this day is spent: 200' },
    ]);
    const [finding] = judgeBudget('this session', { usd: 2, mode: 'hard' }, { ...spent, unknownUsd: 3 });
    assert.equal(finding?.kind, 'unknown');
    assert.match(finding.text, /\$1\.00 are known, and the cost of 3 answers is unknown$/);
  });

  test('that is hard stops a session before its next prompt, and nothing of that prompt is kept', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace }) => {
      await workspace.config().set('budget.session.usd', 0.5);
      await workspace.config().set('budget.session.mode', 'hard');
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      await turn(workspace, id, 'two');
      const before = await workspace.history(id);
      await assert.rejects(workspace.startTurn(id, content('three')), {
        code: 'over_budget',
        message: 'the budget of $0.50 for this session is spent: $0.50',
        hint: /skein config set budget\.session\./,
      });
      assert.deepEqual(await workspace.history(id), before);
      assert.equal((await workspace.get(id)).running, undefined);
      assert.equal(agents.prompts.length, 2);
      await workspace.config().set('budget.session.usd', 2);
      assert.equal((await turn(workspace, id, 'three')).stop_reason, 'end_turn');
    });
  });

  test('that is soft warns and lets the prompt through', async () => {
    await withFolder({}, async ({ workspace }) => {
      await workspace.config().set('budget.session.tokens', 15);
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.deepEqual(await noticesOf(workspace, id), []);
      assert.deepEqual(await noticesOf(workspace, id), ['The budget of 15 tokens for this session is spent: 15']);
    });
  });

  test('of a tag, of the folder and of the day counts every session there, a deleted one too', async () => {
    for (const of of ['tag.v1.2', 'folder', 'day']) {
      await withFolder({}, async ({ workspace }) => {
        await workspace.config().set(`budget.${of}.usd`, 0.5);
        await workspace.config().set(`budget.${of}.mode`, 'hard');
        const [one, two, three] = await Promise.all([1, 2, 3].map(() => workspace.create({ backend: 'scripted', tags: ['v1.2'] })));
        assert.ok(one && two && three);
        await turn(workspace, one.id, 'go');
        await workspace.remove([one.id]);
        await turn(workspace, two.id, 'go');
        await assert.rejects(workspace.startTurn(three.id, content('go')), { code: 'over_budget' }, of);
        const other = await workspace.create({ backend: 'scripted' });
        if (of === 'tag.v1.2') assert.equal((await turn(workspace, other.id, 'go')).stop_reason, 'end_turn');
        else await assert.rejects(workspace.startTurn(other.id, content('go')), { code: 'over_budget' }, of);
      });
    }
  });

  test('of the day leaves out what was spent before', async () => {
    let now = Date.parse('2026-11-20T12:00:00Z');
    await withFolder({ now: () => now }, async ({ workspace }) => {
      await workspace.config().set('budget.day.tokens', 10);
      await workspace.config().set('budget.day.mode', 'hard');
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'go');
      await assert.rejects(workspace.startTurn(id, content('go')), { code: 'over_budget' });
      now += 24 * 3_600_000;
      assert.equal((await turn(workspace, id, 'go')).stop_reason, 'end_turn');
    });
  });

  test('in dollars says so where the agent does not tell what it costs, and does not stop', async () => {
    await withFolder({ agents: scriptedCatalog({ script: untold }) }, async ({ workspace }) => {
      await workspace.config().set('budget.folder.usd', 1);
      await workspace.config().set('budget.folder.mode', 'hard');
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'go');
      const [said] = await noticesOf(workspace, id);
      assert.match(said ?? '', /^The budget of \$1\.00 for this folder may be spent: .* the cost of one answer is unknown$/);
    });
  });

  test('can be tightened by a folder, and not be raised', async () => {
    await withFolder({}, async ({ workspace, dir, home }) => {
      await workspace.create({ backend: 'scripted' });
      await mkdir(join(home, '.skein'), { recursive: true });
      const write = (place: string, text: string) => writeFile(join(place, '.skein', 'config.yaml'), text);
      const config = workspace.config();
      await write(home, 'budget: { session: { usd: 5, mode: hard }, day: { usd: 5 } }\n');
      await write(dir, 'budget: { session: { usd: 50, mode: soft, tokens: 7 }, day: { usd: 3, mode: hard }, tag: { a.b: { usd: 1 } } }\n');
      assert.deepEqual(await config.get('budget'), {
        session: { usd: 5, mode: 'hard', tokens: 7 },
        day: { usd: 3, mode: 'hard' },
        folder: { mode: 'soft' },
        tag: { 'a.b': { usd: 1, mode: 'soft' } },
      });
      assert.deepEqual(await config.get('budget.tag'), { 'a.b': { usd: 1, mode: 'soft' } });
      assert.equal(await config.get('budget.tag.a.b.usd'), 1);
    });
  });
});

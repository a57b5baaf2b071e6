import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, mock, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { withFolder } from '../support/openFolder.js';
import { scriptedCatalog, send } from '../support/scriptedCatalog.js';
import { inShort, turn } from '../support/turn.js';
import { until } from '../support/until.js';

/** Collects the notices of a workspace. */
function noticesOf(workspace: Workspace): string[] {
  const notices: string[] = [];
  workspace.onTurn((_id, _seq, update: TurnUpdate) => {
    if (update.kind === 'notice') notices.push(update.text);
  });
  return notices;
}

describe('the agent of a session', () => {
  test('is kept warm between turns, and gets each prompt alone', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      await turn(workspace, id, 'two');
      assert.deepEqual(agents.prompts, ['one', 'two']);
      assert.equal(agents.calls.filter((call) => call.startsWith('connect')).length, 1);
    });
  });

  test('resumes its own session in another process where it can', async () => {
    const agents = scriptedCatalog({ can: { resume: true } });
    await withFolder({ agents }, async ({ workspace, open }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      const other = await open();
      const notices = noticesOf(other);
      await turn(other, id, 'two');
      assert.deepEqual(agents.prompts, ['one', 'two']);
      assert.ok(agents.calls.includes('resume s1'));
      assert.deepEqual(notices, ['Scripted resumed its own session']);
      // The first process has an agent that has not heard of the second turn: it must not answer the third.
      await turn(workspace, id, 'three');
      assert.equal(agents.calls.filter((call) => call === 'resume s1').length, 2);
    });
  });

  test('is told the history as text where it cannot resume, or has lost the session', async () => {
    for (const options of [{}, { can: { resume: true }, lost: new Set(['s1']) }]) {
      const agents = scriptedCatalog(options);
      await withFolder({ agents }, async ({ workspace, open }) => {
        const { id } = await workspace.create({ backend: 'scripted' });
        await turn(workspace, id, 'my name is Ada');
        const other = await open();
        const notices = noticesOf(other);
        await turn(other, id, 'who am I');
        assert.match(agents.prompts[1] ?? '', /User:\nmy name is Ada[^]*Assistant:\nyou said: my name is Ada[^]*who am I$/);
        assert.match(notices.at(-1) ?? '', /given to Scripted as text/);
        assert.equal(notices.length, 'lost' in options ? 2 : 1);
        const entries = await other.history(id);
        assert.deepEqual(inShort(entries).at(-2), 'user who am I', 'the transcript keeps what the person wrote');
        assert.equal((await other.get(id)).backend_session_id, 's2');
      });
    }
  });

  test('is told no more turns than context.history_limit says', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace, open }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      for (const text of ['first', 'second', 'third']) await turn(workspace, id, text);
      await workspace.config().set('context.history_limit', 1);
      await turn(await open(), id, 'last');
      assert.match(agents.prompts.at(-1) ?? '', /third/);
      assert.doesNotMatch(agents.prompts.at(-1) ?? '', /second/);
    });
  });

  test('forks its own session for a fork at the end, and is told the history for one in the middle', async () => {
    const agents = scriptedCatalog({ can: { resume: true, fork: true } });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      const middle = (await workspace.history(id)).findLast(({ type }) => type === 'message')?.id;
      await turn(workspace, id, 'two');
      const end = await workspace.fork(id, {});
      await turn(workspace, end.id, 'three');
      assert.ok(agents.calls.includes('fork s1'));
      assert.equal(agents.prompts.at(-1), 'three');
      const early = await workspace.fork(id, { at: middle });
      await turn(workspace, early.id, 'four');
      assert.match(agents.prompts.at(-1) ?? '', /User:\none[^]*four$/);
      assert.doesNotMatch(agents.prompts.at(-1) ?? '', /User:\ntwo/);
      assert.deepEqual(inShort(await workspace.history(end.id)), [
        'user one',
        'assistant you said: one',
        'user two',
        'assistant you said: two',
        'user three',
        'assistant you said: three',
      ]);
      assert.equal((await workspace.get(end.id)).parent_id, id);
      assert.equal((await workspace.get(end.id)).token_usage.total, 15, 'what the parent paid is not counted again');
      assert.equal((await workspace.usage('backend')).find(({ key }) => key === 'scripted')?.total, 60, 'four turns were paid');
    });
  });

  test('forks its own session at the end of a turn where it can, and nowhere else', async () => {
    let said = 0;
    const agents = scriptedCatalog({
      can: { resume: true, fork: true, forkAt: true },
      script: async (prompt, hooks) => {
        await send(hooks, { kind: 'text', delta: `you said: ${prompt}`, source_id: `m${++said}` });
        return { stop_reason: 'end_turn' };
      },
    });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      for (const text of ['one', 'two', 'three']) await turn(workspace, id, text);
      const messages = (await workspace.history(id)).filter(({ type }) => type === 'message');
      const [, , third, second] = messages;
      const fork = await workspace.fork(id, { at: second?.id });
      await turn(workspace, fork.id, 'four');
      assert.ok(agents.calls.includes('fork s1 after 2 m2'));
      assert.equal(agents.prompts.at(-1), 'four');
      await turn(workspace, fork.id, 'five');
      assert.equal(agents.prompts.at(-1), 'five', 'it goes on in its own session');

      const early = await workspace.fork(id, { at: third?.id });
      await turn(workspace, early.id, 'six');
      assert.match(agents.prompts.at(-1) ?? '', /User:\none[^]*User:\ntwo[^]*six$/, 'at a prompt no agent forks');
    });
  });

  test('is told the history where the parent went on after the fork', async () => {
    const agents = scriptedCatalog({ can: { resume: true, fork: true } });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      const fork = await workspace.fork(id, {});
      await turn(workspace, id, 'two');
      await turn(workspace, fork.id, 'other');
      assert.ok(!agents.calls.includes('fork s1'));
      assert.doesNotMatch(agents.prompts.at(-1) ?? '', /User:\ntwo/);
    });
  });

  test('that died between turns is started again', async () => {
    const agents = scriptedCatalog({ can: { resume: true } });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      agents.crash();
      assert.equal((await turn(workspace, id, 'two')).stop_reason, 'end_turn');
      assert.ok(agents.calls.includes('resume s1'));
    });
  });

  test('that lacks the model asked for answers with its own, and that is said', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace }) => {
      const notices = noticesOf(workspace);
      const { id } = await workspace.create({ backend: 'scripted', model: 'gone-3' });
      assert.equal((await turn(workspace, id, 'hello')).stop_reason, 'end_turn');
      assert.deepEqual(notices, ['Scripted does not offer the model gone-3, so scripted-1 answers: no gone-3 here']);
      await workspace.patch([id], { settings: { model: 'scripted-2' } });
      await turn(workspace, id, 'more');
      assert.ok(agents.calls.includes('model scripted-2'));
    });
  });

  test('leaves memory when nobody used the session for 24 hours; its files stay as they are', async () => {
    mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.parse('2026-11-21T10:00:00Z') });
    try {
      const agents = scriptedCatalog({ can: { resume: true } });
      await withFolder({ agents }, async ({ workspace, dir }) => {
        const { id } = await workspace.create({ backend: 'scripted' });
        await turn(workspace, id, 'one');
        const files = ['json', 'jsonl'].map((end) => join(dir, '.skein', 'sessions', `${id}.${end}`));
        const state = () => Promise.all(files.map(async (file) => [await readFile(file, 'utf8'), (await stat(file)).mtimeMs]));
        const before = await state();
        mock.timers.tick(23 * 3_600_000);
        assert.equal(agents.open(), 1, 'still warm after 23 hours');
        mock.timers.tick(3_600_000);
        await until('the agent is gone', () => agents.open() === 0);
        assert.deepEqual(await state(), before);
        await turn(workspace, id, 'two');
        assert.ok(agents.calls.includes('resume s1'));
      });
    } finally {
      mock.timers.reset();
    }
  });

  test('runs in the session’s folder, but never outside the one that was opened', async () => {
    await withFolder({}, async ({ workspace, dir, home }) => {
      const notices = noticesOf(workspace);
      const { id } = await workspace.create({ backend: 'scripted' });
      const file = join(dir, '.skein', 'sessions', `${id}.json`);
      const record = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...record, workdir: home }));
      await turn(workspace, id, 'hello');
      assert.deepEqual(notices, [`${home} is another folder, so this runs in ${dir}`]);
    });
  });
});

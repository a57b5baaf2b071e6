import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import type { PermissionRequest, TurnUpdate } from '../../src/model/turn.js';
import { withFolder } from '../support/openFolder.js';
import { scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { content, turn } from '../support/turn.js';
import { until } from '../support/until.js';

const request: PermissionRequest = {
  id: 'c1:1',
  title: 'Edit a.ts?',
  call: { id: 'c1', kind: 'edit', title: 'Edit a.ts', status: 'pending', locations: [{ path: 'a.ts' }] },
  options: [
    { id: 'yes', label: 'Allow', kind: 'allow_once' },
    { id: 'no', label: 'Deny', kind: 'reject_once' },
  ],
};
/** Asks, and says what was answered. */
const asking: Script = async (_prompt, hooks) => {
  hooks.update({ kind: 'text', delta: `answer: ${String(await hooks.permission(request))}` });
  return { stop_reason: 'end_turn' };
};

async function withAsking(
  run: (at: { workspace: Workspace; id: string; dir: string; home: string; heard: TurnUpdate[]; modes: () => string[] }) => Promise<void>,
) {
  const agents = scriptedCatalog({ script: asking });
  await withFolder({ agents }, async ({ workspace, dir, home }) => {
    const heard: TurnUpdate[] = [];
    workspace.onTurn((_id, _seq, update) => heard.push(update));
    const { id } = await workspace.create({ backend: 'scripted' });
    await run({ workspace, id, dir, home, heard, modes: () => agents.calls.filter((call) => call.startsWith('mode')) });
  });
}

const answerIn = async (workspace: Workspace, id: string): Promise<string | undefined> => {
  const last = (await workspace.history(id)).findLast((entry) => entry.type === 'message');
  const [block] = last?.message.content ?? [];
  return block?.type === 'text' ? block.text : undefined;
};

describe('a permission request', () => {
  test('waits for the person, shows as waiting everywhere, and is told as answered', async () => {
    await withAsking(async ({ workspace, id, heard }) => {
      const running = await workspace.startTurn(id, content('go'));
      await until('it asks', () => heard.some(({ kind }) => kind === 'permission'));
      await until('lists show it', async () => (await workspace.get(id)).running?.state === 'waiting');
      assert.deepEqual(
        (await workspace.snapshot(id)).live.filter(({ kind }) => kind === 'permission').length,
        1,
        'a panel that opens now sees it',
      );
      running.respond('c1:1', 'yes');
      await running.done;
      assert.equal(await answerIn(workspace, id), 'answer: yes');
      assert.deepEqual(
        heard.find(({ kind }) => kind === 'permission_done'),
        { kind: 'permission_done', id: 'c1:1', outcome: 'yes' },
      );
    });
  });

  test('is cancelled with its turn', async () => {
    await withAsking(async ({ workspace, id, heard }) => {
      const running = await workspace.startTurn(id, content('go'));
      await until('it asks', () => heard.some(({ kind }) => kind === 'permission'));
      running.cancel();
      assert.equal((await running.done).stop_reason, 'cancelled');
      assert.equal(await answerIn(workspace, id), 'answer: null');
    });
  });

  test('is answered by the mode of the turn', async () => {
    await withAsking(async ({ workspace, id, heard, modes }) => {
      for (const [mode, answer] of [
        ['accept_edits', 'yes'],
        ['plan', 'no'],
        ['auto', 'yes'],
      ] as const) {
        await turn(workspace, id, 'go', { mode });
        assert.equal(await answerIn(workspace, id), `answer: ${answer}`);
      }
      assert.ok(!heard.some(({ kind }) => kind === 'permission'));
      assert.deepEqual(modes(), ['mode accept_edits', 'mode plan', 'mode auto']);
    });
  });

  test('a loosened mode is kept at home and never in the folder; a tightened one is in the record', async () => {
    await withAsking(async ({ workspace, id, dir, home }) => {
      const record = () => readFile(join(dir, '.skein', 'sessions', `${id}.json`), 'utf8');
      const [row] = await workspace.patch([id], { settings: { permission_mode: 'accept_edits' } });
      assert.equal(row?.settings.permission_mode, 'accept_edits');
      assert.doesNotMatch(await record(), /accept_edits/);
      assert.match(await readFile(join(home, '.skein', 'trust.json'), 'utf8'), /accept_edits/);
      await turn(workspace, id, 'go');
      assert.equal(await answerIn(workspace, id), 'answer: yes');
      const [tight] = await workspace.patch([id], { settings: { permission_mode: 'plan' } });
      assert.equal(tight?.settings.permission_mode, 'plan');
      assert.match(await record(), /"permission_mode": "plan"/);
      await turn(workspace, id, 'go');
      assert.equal(await answerIn(workspace, id), 'answer: no');
    });
  });

  test('a looser mode that a record from a stranger claims counts for nothing, nor does one in a folder’s config', async () => {
    await withAsking(async ({ workspace, id, dir, heard }) => {
      const file = join(dir, '.skein', 'sessions', `${id}.json`);
      const record = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...record, settings: { permission_mode: 'auto' } }));
      await writeFile(join(dir, '.skein', 'config.yaml'), 'agents:\n  scripted:\n    defaults: { permission_mode: auto }\n');
      assert.equal((await workspace.get(id)).settings.permission_mode, undefined);
      const running = await workspace.startTurn(id, content('go'));
      await until('it asks', () => heard.some(({ kind }) => kind === 'permission'));
      running.respond('c1:1', 'no');
      await running.done;
    });
  });
});

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

/** Asks about each of these calls in turn, with what the agent offers, and says what was answered. */
const askingFor =
  (calls: readonly Partial<PermissionRequest['call']>[], options = request.options): Script =>
  async (_prompt, hooks) => {
    const answers: (string | null)[] = [];
    for (const [n, call] of calls.entries())
      answers.push(await hooks.permission({ ...request, id: `c${String(n)}`, options, call: { ...request.call, locations: [], ...call } }));
    hooks.update({ kind: 'text', delta: `answers: ${answers.join(' ')}` });
    return { stop_reason: 'end_turn' };
  };

/** Runs a turn whose questions are answered with the option of that id, where there is one; gives what was asked. */
async function answering(
  workspace: Workspace,
  id: string,
  option: string,
): Promise<{ asked: PermissionRequest[]; answers: string | undefined }> {
  const asked: PermissionRequest[] = [];
  const stop = workspace.onTurn((of, _seq, update) => {
    if (of !== id || update.kind !== 'permission') return;
    asked.push(update.request);
    workspace.running(id)?.respond(update.request.id, update.request.options.some((one) => one.id === option) ? option : 'no');
  });
  await (
    await workspace.startTurn(id, content('go'))
  ).done;
  stop();
  return { asked, answers: await answerIn(workspace, id) };
}

describe('what was allowed for longer than once', () => {
  const test1 = { kind: 'execute' as const, title: 'npm test', input: { command: 'npm test' } };
  const rm = { kind: 'execute' as const, title: 'npm test', input: { command: 'npm test; rm -rf /' } };

  test('in a session holds for that command there, after a restart too, and is listed and taken back', async () => {
    const agents = scriptedCatalog({ script: askingFor([test1, rm]) });
    await withFolder({ agents }, async ({ workspace, open, dir, home }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const first = await answering(workspace, id, 'skein:session');
      assert.deepEqual(
        first.asked[0]?.options.map((option) => option.kind),
        ['allow_once', 'allow_session', 'allow_always', 'reject_once'],
      );
      assert.equal(first.answers, 'answers: yes yes');
      const again = await open();
      assert.deepEqual(await answering(again, id, 'none'), { asked: [], answers: 'answers: yes yes' });
      const other = (await again.create({ backend: 'scripted' })).id;
      assert.equal((await answering(again, other, 'none')).answers, 'answers: no no');
      const rules = await again.rules().list();
      assert.deepEqual(
        rules.map(({ agent, kind, subject, session }) => [agent, kind, subject, session]),
        [
          ['scripted', 'execute', 'npm test', id],
          ['scripted', 'execute', 'npm test; rm -rf /', id],
        ],
      );
      const kept = await readFile(join(home, '.skein', 'rules.json'), 'utf8');
      await again.rules().remove([rules[1]!.id]);
      assert.equal((await answering(again, id, 'none')).answers, 'answers: yes no');
      await assert.rejects(again.rules().remove(['nonesuch']), { code: 'not_found' });
      await writeFile(join(dir, '.skein', 'rules.json'), kept);
      assert.equal((await answering(again, id, 'none')).answers, 'answers: yes no', 'rules in a folder count for nothing');
    });
  });

  test('always holds for the folder’s other sessions, but for no other agent and nothing outside the folder', async () => {
    const calls = [
      { kind: 'edit' as const, locations: [{ path: 'a.ts' }] },
      { kind: 'edit' as const, locations: [{ path: '../b.ts' }] },
      { kind: 'edit' as const, locations: [{ path: '.skein/config.yaml' }] },
    ];
    const agents = scriptedCatalog({ script: askingFor(calls), names: ['scripted', 'other'] });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const first = await answering(workspace, id, 'skein:always');
      assert.equal(first.answers, 'answers: yes no no', 'what leads out can be allowed once alone');
      assert.deepEqual(first.asked[1]?.options, request.options);
      const second = (await workspace.create({ backend: 'scripted' })).id;
      const { asked, answers } = await answering(workspace, second, 'none');
      assert.deepEqual([asked.length, answers], [2, 'answers: yes no no']);
      await workspace.patch([second], { backend: 'other' });
      assert.equal((await answering(workspace, second, 'none')).asked.length, 3);
    });
  });

  test('does not hold in plan mode, and an agent’s own "always" is passed on and kept for its session', async () => {
    const always = [...request.options, { id: 'ever', label: 'Always', kind: 'allow_always' as const }];
    const agents = scriptedCatalog({ script: askingFor([test1], always) });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const { asked, answers } = await answering(workspace, id, 'ever');
      assert.deepEqual([asked[0]?.options, answers], [always, 'answers: ever']);
      assert.deepEqual(
        (await workspace.rules().list()).map(({ session }) => session),
        [id],
      );
      assert.equal((await answering(workspace, id, 'none')).answers, 'answers: yes');
      await workspace.patch([id], { settings: { permission_mode: 'plan' } });
      assert.equal((await answering(workspace, id, 'none')).answers, 'answers: no');
    });
  });

  test('is one server for what is fetched, whatever the address pretends', async () => {
    const fetch = (url: string) => ({ kind: 'fetch' as const, title: `Fetch ${url}`, input: { url } });
    const calls = [
      'https://a.example/x',
      'https://A.example/y?z',
      'https://a.example:8443/',
      'https://a.example@b.example/',
      'http://a.example/',
    ].map(fetch);
    let turns = 0;
    const agents = scriptedCatalog({ script: (prompt, hooks) => askingFor(turns++ === 0 ? calls.slice(0, 1) : calls)(prompt, hooks, '') });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await answering(workspace, id, 'skein:session');
      assert.equal((await answering(workspace, id, 'none')).answers, 'answers: yes yes no no no');
    });
  });
});

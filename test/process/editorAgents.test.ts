import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ResponseError } from 'vscode-languageserver/node';
import type { ClientParams } from '../../src/protocol/clientRequests.js';
import type { Notification } from '../../src/protocol/requests.js';
import { filesWith } from '../support/entriesBelow.js';
import { skein } from '../support/skeinCli.js';
import { chatEvents, startEndpoint } from '../support/endpointServer.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { startStdioServer, type EditorAnswers, type StdioServer } from '../support/stdioServer.js';

interface Place {
  readonly server: StdioServer;
  readonly folder: string;
  readonly home: string;
  /** Runs a turn: what streamed, and how it ended. */
  turn(id: string, text: string): Promise<{ readonly text: string; readonly end: Notification<'turn/update'>['update'] }>;
  create(backend: string): Promise<string>;
}

/** Runs with a session server that an editor with these answers has started. */
async function withEditor(
  answers: (server: () => StdioServer) => EditorAnswers,
  config: object,
  run: (place: Place) => Promise<void>,
): Promise<void> {
  await withScratchFolder('editor', async (home) => {
    const folder = join(home, 'project');
    await mkdir(folder);
    await mkdir(join(home, '.skein'));
    await writeFile(join(home, '.skein', 'config.yaml'), JSON.stringify({ agents: config }));
    const server: StdioServer = await startStdioServer(
      home,
      [folder],
      answers(() => server),
    );
    const updates: Notification<'turn/update'>[] = [];
    const waiting = new Set<() => void>();
    server.connection.onNotification('turn/update', (update: Notification<'turn/update'>) => {
      updates.push(update);
      for (const look of waiting) look();
    });
    const turn: Place['turn'] = async (id, text) => {
      const from = updates.length;
      const ended = new Promise<Notification<'turn/update'>['update']>((resolve) => {
        const look = (): void => {
          const end = updates.slice(from).find((one) => one.id === id && one.update.kind === 'ended');
          if (!end) return;
          waiting.delete(look);
          resolve(end.update);
        };
        waiting.add(look);
      });
      await server.request('turn/start', { folder, id, content: [{ type: 'text', text }] });
      const end = await ended;
      const texts = updates.slice(from).map(({ update }) => (update.kind === 'text' ? update.delta : ''));
      return { text: texts.join(''), end };
    };
    const create: Place['create'] = async (backend) => (await server.request('sessions/create', { folder, backend })).id;
    try {
      await run({ server, folder, home, turn, create });
    } finally {
      await server.stop();
    }
  });
}

describe('a key that the editor keeps', () => {
  const key = 'sk-of-the-editor-0123456789';

  test('goes to its endpoint, is asked for anew at each start, and is in no file', async () => {
    const endpoint = await startEndpoint(() => ({ events: chatEvents([{ content: 'yes' }]) }));
    const kept = new Map<string, string>();
    const asked: string[] = [];
    const answers: EditorAnswers = {
      'secrets/get': ({ agent }) => {
        asked.push(agent);
        if (kept.has('locked')) return Promise.reject(new Error('the key ring is locked'));
        return Promise.resolve({ value: kept.get(agent) ?? null });
      },
    };
    const config = { cloud: { endpoint: { url: endpoint.url, key_env: 'NO_SUCH_KEY' }, defaults: { model: 'llama' } } };
    try {
      await withEditor(
        () => answers,
        config,
        async ({ server, folder, home, turn, create }) => {
          const stateOf = async (): Promise<unknown> => {
            const agent = (await server.request('agents/list', { folder })).find(({ name }) => name === 'cloud');
            return [agent?.key, agent?.from];
          };
          assert.deepEqual(await stateOf(), ['missing', 'config']);
          const id = await create('cloud');
          assert.equal((await turn(id, 'hello')).end.kind, 'ended');
          assert.equal(endpoint.requests.length, 0);
          kept.set('cloud', key);
          assert.deepEqual(await stateOf(), ['editor', 'config']);
          assert.equal((await turn(id, 'hello')).text, 'yes');
          assert.equal(endpoint.requests.find(({ method }) => method === 'POST')?.headers.authorization, `Bearer ${key}`);
          kept.set('locked', '');
          assert.deepEqual(await stateOf(), ['missing', 'config']);
          kept.delete('locked');
          assert.ok(asked.every((name) => name === 'cloud'));
          assert.deepEqual(await filesWith(key, home), []);
          kept.clear();
          assert.deepEqual(await stateOf(), ['missing', 'config']);
          // The session is still warm, and has forgotten it too.
          const { end } = await turn(id, 'hello');
          assert.ok(end.kind === 'ended');
          assert.equal(end.error?.message, 'cloud has no key');
          assert.equal(endpoint.requests.filter(({ method }) => method === 'POST').length, 1);
        },
      );
    } finally {
      await endpoint.close();
    }
  });
});

describe('the editor’s own language models', () => {
  type Asked = ClientParams<'models/answer'>;

  /** An editor with two models, which say what they were told; `refuse` is refused, `wait` waits for the end. */
  function editorWith(asked: Asked[], cancelled: string[]) {
    return (server: () => StdioServer): EditorAnswers => ({
      'models/list': () =>
        Promise.resolve({
          models: [
            { id: 'm1', title: 'One', contextSize: 4096 },
            { id: 'm2', title: 'Two' },
          ],
        }),
      'models/answer': async (params, token) => {
        asked.push(params);
        const last = params.messages.at(-1)?.text ?? '';
        if (last === 'refuse') throw new ResponseError(-32000, 'Skein may not use One', { code: 'agent_failed', hint: 'allow it' });
        for (const delta of ['You said: ', last]) await server().connection.sendNotification('models/part', { turn: params.turn, delta });
        if (last === 'wait') {
          await new Promise<void>((resolve) => token.onCancellationRequested(() => resolve()));
          cancelled.push(params.turn);
        }
        return { model: params.model };
      },
    });
  }

  test('are an agent that streams, keeps the conversation, is stopped, and says why it does not answer', async () => {
    const asked: Asked[] = [];
    const cancelled: string[] = [];
    await withEditor(editorWith(asked, cancelled), {}, async ({ server, folder, turn, create }) => {
      const agent = (await server.request('agents/list', { folder })).find(({ name }) => name === 'vscode');
      assert.deepEqual(agent, { name: 'vscode', title: 'VS Code models', demo: false, from: 'editor', can: ['models'] });
      const id = await create('vscode');
      assert.deepEqual(await turn(id, 'one'), { text: 'You said: one', end: { kind: 'ended', stop_reason: 'end_turn' } });
      await turn(id, 'two');
      assert.deepEqual(asked.at(-1)?.messages, [
        { role: 'user', text: 'one' },
        { role: 'assistant', text: 'You said: one' },
        { role: 'user', text: 'two' },
      ]);
      assert.equal(asked.at(-1)?.model, 'm1');
      assert.equal((await server.request('sessions/get', { folder, id })).row.model, 'm1');

      const waiting = turn(id, 'wait');
      while (asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
      await server.request('turn/cancel', { folder, id });
      assert.deepEqual((await waiting).end, { kind: 'ended', stop_reason: 'cancelled' });
      while (cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));

      const error = { code: 'agent_failed', message: 'Skein may not use One', hint: 'allow it' };
      assert.deepEqual((await turn(id, 'refuse')).end, { kind: 'ended', stop_reason: 'error', error });
    });
  });

  test('are not offered where there are none, nor to an editor that does not speak of them, nor on the command line', async () => {
    const none: EditorAnswers = { 'models/list': () => Promise.resolve({ models: [] }) };
    for (const answers of [none, {}]) {
      await withEditor(
        () => answers,
        {},
        async ({ server, folder, home, turn, create }) => {
          assert.equal(
            (await server.request('agents/list', { folder })).some(({ name }) => name === 'vscode'),
            false,
          );
          const id = await create('vscode');
          const { end } = await turn(id, 'hello');
          assert.ok(end.kind === 'ended');
          assert.equal(end.error?.message, 'VS Code has no language model here');
          await assert.rejects(
            skein(['--session', id, 'hello'], { cwd: folder, home }),
            /the models of VS Code answer inside VS Code alone/,
          );
        },
      );
    }
  });
});

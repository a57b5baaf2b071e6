import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { Method, Notification, Params, Result } from '../../src/protocol/requests.js';
import { withScratchFolder } from '../support/scratchFolder.js';

interface Client {
  readonly folder: string;
  readonly pid: number;
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  raw(method: string, params: unknown): Promise<unknown>;
  updates(): readonly Notification<'turn/update'>[];
  ended(id: string): Promise<Notification<'turn/update'>>;
}

async function withServer(run: (client: Client) => Promise<void>): Promise<void> {
  await withScratchFolder('server', async (home) => {
    const folder = join(home, 'project');
    await mkdir(folder);
    const server = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../dist/server.js'), '--stdio', `--clientProcessId=${String(process.pid)}`],
      {
        env: { PATH: process.env['PATH'], HOME: home, SKEIN_HOME: join(home, '.skein-home') },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    const updates: Notification<'turn/update'>[] = [];
    const waiting: (() => void)[] = [];
    connection.onNotification('turn/update', (update: Notification<'turn/update'>) => {
      updates.push(update);
      for (const look of waiting) look();
    });
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification('initialized', {});
    const client: Client = {
      folder,
      pid: server.pid!,
      request: (method, params) => connection.sendRequest(method, params),
      raw: (method, params) => connection.sendRequest(method, params),
      updates: () => updates,
      ended: (id) =>
        new Promise((resolve) => {
          const look = (): void => {
            const end = updates.find((one) => one.id === id && one.update.kind === 'ended');
            if (end) resolve(end);
          };
          waiting.push(look);
          look();
        }),
    };
    try {
      await run(client);
      const exited = once(server, 'exit');
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      assert.deepEqual(await exited, [0, null]);
    } finally {
      connection.dispose();
      server.kill('SIGKILL');
    }
  });
}

const coded = (code: string) => (error: unknown) => error instanceof ResponseError && (error.data as { code: string }).code === code;

describe('the session server', () => {
  test('creates, lists, renames, deletes and undoes', async () => {
    await withServer(async ({ folder, request }) => {
      const made = await request('sessions/create', { folder, backend: 'demo', title: 'First' });
      assert.deepEqual(
        (await request('sessions/list', { folder })).rows.map(({ title }) => title),
        ['First'],
      );
      await request('sessions/patch', { folder, ids: [made.id], title: 'Renamed', addTags: ['bugfix'] });
      await request('sessions/delete', { folder, ids: [made.id] });
      assert.deepEqual((await request('sessions/list', { folder })).rows, []);
      assert.deepEqual((await request('sessions/undo', { folder })).ids, [made.id]);
      const [row] = (await request('sessions/list', { folder })).rows;
      assert.equal(row?.title, 'Renamed');
      assert.deepEqual(row?.tags, ['bugfix']);
    });
  });

  test('runs a turn in a trusted folder alone, with rising seq', async () => {
    await withServer(async ({ folder, request, updates, ended }) => {
      const { id } = await request('sessions/create', { folder, backend: 'demo' });
      const content = [{ type: 'text' as const, text: 'What is 6 times 7?' }];
      await assert.rejects(request('turn/start', { folder, id, content }), coded('untrusted'));
      await request('folders/set', { folders: [{ path: folder, trusted: true }] });
      await request('turn/start', { folder, id, content });
      await ended(id);
      const seqs = updates().map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        [...seqs].sort((a, b) => a - b),
      );
      assert.equal(new Set(seqs).size, seqs.length);
      const snapshot = await request('sessions/get', { folder, id });
      assert.equal(snapshot.running, false);
      const roles = snapshot.entries.flatMap((entry) => (entry.type === 'message' ? [entry.message.role] : []));
      assert.deepEqual(roles, ['user', 'assistant']);
    });
  });

  test('answers wrong params and unknown sessions with a code', async () => {
    await withServer(async ({ folder, request, raw }) => {
      await assert.rejects(raw('sessions/list', { folder: 7 }), coded('usage'));
      await assert.rejects(raw('sessions/list', { folder: 'relative' }), coded('usage'));
      await assert.rejects(request('sessions/get', { folder, id: 'f'.repeat(32) }), coded('not_found'));
    });
  });

  test('ends with its parent', async () => {
    await withScratchFolder('server', async (home) => {
      // A parent that starts a server and dies at once, telling us the server's pid.
      const script = `const { spawn } = require('node:child_process');
        const server = spawn(process.execPath, [process.argv[1], '--stdio', '--clientProcessId=' + process.pid], { stdio: ['pipe', 'ignore', 'ignore'], env: { HOME: process.env.HOME } });
        process.stdout.write(String(server.pid), () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500));`;
      const parent = spawn(process.execPath, ['-e', script, join(import.meta.dirname, '../../dist/server.js')], {
        env: { HOME: home },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(chunk.toString());
      await once(parent, 'exit');
      while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { Result } from '../../src/protocol/requests.js';
import { withCli } from '../support/cli.js';

test('skein server --stdio speaks the protocol on the same store, until it is told to exit', () =>
  withCli(async (skein) => {
    const id = await skein.start('hello');
    const [program = '', ...words] = skein.command;
    const server = spawn(program, [...words, 'server', '--stdio'], {
      cwd: skein.folder,
      env: skein.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = once(server, 'exit');
    const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    const list: Result<'sessions/list'> = await connection.sendRequest('sessions/list', { folder: skein.folder });
    assert.deepEqual(
      list.rows.map((row) => row.id),
      [id],
    );
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    assert.deepEqual(await exited, [0, null]);
    connection.dispose();
  }));

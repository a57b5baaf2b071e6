import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mcpServers } from '../../src/extension/mcpServer.js';

test('the editor is offered the sessions of the folders that are trusted, each by its own server', () => {
  const folder = (name: string, trusted: boolean) => ({ path: `/projects/${name}`, name, trusted });
  const servers = (...folders: readonly ReturnType<typeof folder>[]) => mcpServers(folders, '/editor', '/ext/skein.js', 'Skein sessions');
  assert.deepEqual(servers(folder('a', false)), []);
  assert.deepEqual(servers(folder('a', true), folder('b', false)), [
    {
      label: 'Skein sessions',
      command: '/editor',
      args: ['/ext/skein.js', 'mcp', '--path', '/projects/a'],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    },
  ]);
  assert.deepEqual(
    servers(folder('a', true), folder('b', true)).map(({ label }) => label),
    ['Skein sessions: a', 'Skein sessions: b'],
  );
});

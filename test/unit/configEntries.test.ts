import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configChanges, configEntries } from '../../src/extension/configEntries.js';

describe('the machine-scoped settings', () => {
  test('become keys of config.yaml, the empty and the useless left out', () => {
    const agents = { claude: { command: '/opt/claude', args: ['--acp'] }, 'a.b': { command: 'x' }, codex: null };
    assert.deepEqual(
      [...configEntries({ location: 'home', path: '', agents })],
      [
        ['store.location', 'home'],
        ['agents.claude.command', '/opt/claude'],
        ['agents.claude.args', ['--acp']],
      ],
    );
    assert.equal(configEntries({ agents: [] }).size, 0);
    const endpoint = { protocol: 'anthropic', url: 'http://127.0.0.1:1/v1', key_env: '', other: 'x' };
    assert.deepEqual(
      [...configEntries({ agents: { local: { endpoint, defaults: { model: 'llama', permission_mode: 'auto' } } } })],
      [
        ['agents.local.endpoint.protocol', 'anthropic'],
        ['agents.local.endpoint.url', 'http://127.0.0.1:1/v1'],
        ['agents.local.defaults.model', 'llama'],
      ],
    );
  });

  test('that were taken back are taken out of the file, those that stayed are not written again', () => {
    const before = configEntries({ location: 'home', agents: { claude: { args: ['a'], command: 'x' } } });
    const now = configEntries({ path: '/s', agents: { claude: { args: ['b'], command: 'x' } } });
    assert.deepEqual(
      [...configChanges(before, now)],
      [
        ['store.location', null],
        ['store.path', '/s'],
        ['agents.claude.args', ['b']],
      ],
    );
    assert.equal(configChanges(now, now).size, 0);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentEnvironment, secretMask } from '../../src/agents/agentEnvironment.js';

test('an agent gets our environment without what marks its host', () => {
  const base = {
    PATH: '/bin',
    HOME: '/home/me',
    ANTHROPIC_API_KEY: 'k',
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: '--inspect',
    VSCODE_PID: '1',
    VSCODE_IPC_HOOK_CLI: '/run/x',
    UNSET: undefined,
  };
  assert.deepEqual(agentEnvironment(base, { EXTRA: '1', HOME: '/scratch' }), {
    PATH: '/bin',
    HOME: '/scratch',
    ANTHROPIC_API_KEY: 'k',
    EXTRA: '1',
  });
});

test('what is added for an agent is kept, whatever its name', () => {
  assert.deepEqual(agentEnvironment({ ELECTRON_RUN_AS_NODE: '0' }, { ELECTRON_RUN_AS_NODE: '1' }), { ELECTRON_RUN_AS_NODE: '1' });
});

test('the values of secret variables are blanked, and short ones, which could be any word, are not', () => {
  const mask = secretMask({ MY_API_KEY: 'sk-12345678', GITHUB_TOKEN: 'ghp_abcdefgh', DB_PASSWORD: 'abc', HOME: '/home/somebody' });
  assert.equal(mask('sk-12345678 ghp_abcdefgh abc /home/somebody sk-12345678'), '*** *** abc /home/somebody ***');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentEnvironment, secretMask } from '../../src/agents/agentEnvironment.js';
import { LineTail } from '../../src/agents/lineTail.js';

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

test('a secret that begins with another one is blanked whole, and so is each line of one that has several', () => {
  const mask = secretMask({ A_KEY: 'sk-12345678', B_KEY: 'sk-12345678-longer', SIGNING_KEY: 'BEGIN KEY\nMIIEvQIBADAN\nxy\nEND KEY' });
  assert.equal(mask('sk-12345678-longer sk-12345678'), '*** ***');
  assert.equal(mask('it reads\nMIIEvQIBADAN\nxy'), 'it reads\n***\nxy');
});

test('no part of a secret is left where a long line, or the last words, are cut', () => {
  const secret = 'sk-abcdefghijklmnop';
  const mask = secretMask({ API_KEY: secret });
  const logged: string[] = [];
  for (let before = 1980; before <= 2020; before++) {
    const tail = new LineTail((line) => logged.push(line), mask);
    const line = 'x'.repeat(before) + secret;
    for (const end of ['\n', '']) {
      // As a pipe may give it: in pieces.
      tail.push(line.slice(0, before + 4));
      tail.push(line.slice(before + 4) + 'y'.repeat(3000) + end);
      for (let limit = 1; limit < 60; limit++) logged.push(tail.text(limit), tail.text(2000 + limit));
    }
  }
  assert.ok(logged.some((line) => line.includes('***')));
  assert.deepEqual(
    logged.filter((line) => /sk-|mnop|abcd/.test(line)),
    [],
  );
});

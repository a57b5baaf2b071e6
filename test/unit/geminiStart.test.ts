import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectGemini } from '../../src/agents/geminiAgent.js';
import { silentLogger } from '../../src/model/logger.js';
import { withScratchFolder } from '../support/scratchFolder.js';

test('the folder that Gemini CLI is started in, and what it lies in, are the person’s alone', async () => {
  await withScratchFolder('gemini', async (home) => {
    const program = join(home, 'no-gemini');
    const info = { name: 'gemini', title: 'Gemini CLI', demo: false, can: [] };
    const start = connectGemini({
      command: { name: 'gemini', title: 'Gemini CLI', command: program, args: [], env: { SKEIN_HOME: join(home, 'skein') } },
      ...{ info, cwd: home, logger: silentLogger, program: { path: program, file: program, script: false, version: undefined } },
      node: () => Promise.reject(new Error('it needs none')),
    });
    await assert.rejects(start, { code: 'agent_failed' });
    for (const folder of ['skein', 'skein/gemini']) assert.equal((await stat(join(home, folder))).mode & 0o777, 0o700, folder);
  });
});

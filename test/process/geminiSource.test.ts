import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { geminiSource } from '../../src/sources/gemini/gemini.js';
import { installGemini } from '../support/agentInstall.js';
import { entryOutline } from '../support/entryOutline.js';
import { folderState } from '../support/folderState.js';
import { checkGoingOn } from '../support/goingOn.js';
import { startModelServer } from '../support/modelServer.js';
import { withScratchFolder } from '../support/scratchFolder.js';

const settings = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  // Without this its clean-up removes a session that was resumed.
  general: { enableAutoUpdate: false, disableAutoUpdate: true, maxAttempts: 1, sessionRetention: { enabled: false } },
};

test('the real Gemini CLI: what it writes is listed and read, and it goes on with its session afterwards', async (t) => {
  const program = await installGemini((line) => t.diagnostic(line));
  await withScratchFolder('gemini', async (folder) => {
    const home = join(folder, 'home');
    const work = join(folder, 'work');
    await mkdir(join(home, '.gemini'), { recursive: true });
    await mkdir(work);
    await writeFile(join(home, '.gemini/settings.json'), JSON.stringify(settings));
    const server = await startModelServer();
    const env = {
      PATH: [join(program, '../../../../.bin'), process.env['PATH']].join(delimiter),
      HOME: home,
      GEMINI_API_KEY: 'dummy',
      GOOGLE_GEMINI_BASE_URL: server.url,
      GEMINI_CLI_NO_RELAUNCH: 'true',
    };
    const run = async (...args: string[]): Promise<void> => {
      const words = [program, '--skip-trust', '-m', 'gemini-2.5-flash', ...args];
      await promisify(execFile)(process.execPath, words, { env, cwd: work, timeout: 120_000 });
    };
    try {
      const id = randomUUID();
      await run('--session-id', id, '--approval-mode', 'yolo', '-p', '[[say I write it.]] [[write a.txt hi]]');
      const before = await folderState(home);
      const source = geminiSource({ env: { HOME: home } });
      const { rows, problems } = await source.list();
      assert.deepEqual(problems, []);
      assert.deepEqual(
        rows.map((row) => [row.id, row.backend_session_id, row.workdir, row.prompt, row.title, row.model]),
        [
          [
            `gemini:${id}`,
            id,
            work,
            '[[say I write it.]] [[write a.txt hi]]',
            '[[say I write it.]] [[write a.txt hi]]',
            'gemini-2.5-flash',
          ],
        ],
      );
      const entries = await source.read(id);
      const path = join(work, 'a.txt');
      assert.deepEqual(entries.map(entryOutline), [
        'user: [[say I write it.]] [[write a.txt hi]]',
        'assistant: I write it. {100 7 3 0 107}',
        `edit completed: WriteFile a.txt <- {"file_path":"a.txt","content":"hi"} -> Successfully created and wrote to new file: ${path}. Here is the updated code:\nhi [${path}: null => "hi"]`,
        `assistant: The tool said: Successfully created and wrote to new file: ${path}. Here is the updated code: {100 7 3 0 107}`,
      ]);
      assert.deepEqual(await folderState(home), before, 'reading left nothing behind');

      await run('--resume', id, '-p', 'second');
      assert.deepEqual(server.requests.at(-1)?.prompts, ['[[say I write it.]] [[write a.txt hi]]', 'second'], 'it carried the history');
      const again = await source.list();
      assert.deepEqual([again.rows.map((row) => row.id), again.problems], [[`gemini:${id}`], []]);
      const longer = await source.read(id);
      assert.deepEqual(
        longer.slice(0, entries.length).map((entry) => entry.id),
        entries.map((entry) => entry.id),
      );
      assert.deepEqual(longer.slice(entries.length).map(entryOutline), [
        'user: second',
        'assistant: You said: second\nEarlier user turns: 1 {100 7 3 0 107}',
      ]);

      // It has no `session/resume`, and `session/load` loses what it loads: it is told the history instead.
      await checkGoingOn({
        id: `gemini:${id}`,
        dir: work,
        env,
        store: join(home, '.gemini'),
        ownFile: true,
        resumed: /The conversation so far was given to Gemini CLI as text/,
        forked: /The conversation so far was given to Gemini CLI as text/,
        goOn: (prompt) => run('--resume', id, '-p', prompt),
      });
    } finally {
      await server.close();
    }
  });
});

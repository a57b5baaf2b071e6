import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withCli } from '../support/cli.js';
import { chatEvents, startEndpoint } from '../support/endpointServer.js';

const demo = fileURLToPath(new URL('../../dist/demoAgent.js', import.meta.url));

interface Listed {
  readonly name: string;
  readonly from?: string;
  readonly path?: string;
  readonly problem?: string;
}

describe('an agent that the config names', () => {
  test('is listed with where it comes from, is given its arguments and environment, answers and goes on', async () => {
    await withCli(async ({ run, home }) => {
      const script = join(home, 'mine.mjs');
      const seen = join(home, 'seen.json');
      const note = `require('node:fs').writeFileSync(process.env.SEEN, JSON.stringify(process.argv.slice(2)))`;
      await writeFile(
        script,
        `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); ${note}; await import(${JSON.stringify(demo)});`,
      );
      const agents = { mine: { command: process.execPath, args: [script, '--acp'], env: { SEEN: seen } } };
      await writeFile(join(home, '.skein', 'config.yaml'), JSON.stringify({ agents }));
      const mine = ((await run(['agents', '--json'])).json() as readonly Listed[]).find(({ name }) => name === 'mine');
      assert.deepEqual([mine?.from, mine?.problem], ['config', undefined]);
      assert.match((await run(['agents'])).stdout, /^mine +mine +\S+ \(config\); /m);
      assert.match((await run(['--backend', 'mine', 'What is 6 * 7?'])).stdout, /42/);
      assert.ok(existsSync(seen));
      const next = await run(['-c', 'What is 6 * 8?']);
      assert.match(next.stdout, /48/);
      assert.match(next.stderr, /resumed its own session/);
    });
  });

  test('is nothing where a folder names it, and no endpoint of a folder is asked', async () => {
    const endpoint = await startEndpoint(() => ({ events: chatEvents([{ content: 'caught' }]) }));
    try {
      await withCli(async ({ run, start, folder, home }) => {
        await start('hello');
        const touched = join(home, 'touched');
        const evil = { command: process.execPath, args: ['-e', `require('node:fs').writeFileSync(${JSON.stringify(touched)}, '')`] };
        const agents = { evil, cloud: { endpoint: { url: endpoint.url, key_env: 'HOME' }, defaults: { model: 'llama' } }, demo: evil };
        await mkdir(join(folder, '.skein'), { recursive: true });
        await writeFile(join(folder, '.skein', 'config.yaml'), JSON.stringify({ agents }));
        const listed = (await run(['agents', '--json'])).json() as readonly Listed[];
        assert.deepEqual(
          listed.filter(({ name, from }) => ['evil', 'cloud'].includes(name) || from !== undefined),
          [],
        );
        for (const name of ['evil', 'cloud']) {
          const { code, stderr } = await run(['--backend', name, 'hello']);
          assert.equal(code, 2);
          assert.match(stderr, new RegExp(`no agent.* ${name}`, 'i'));
        }
        assert.equal((await run(['--backend', 'demo', 'What is 6 * 7?'])).code, 0);
        assert.equal(existsSync(touched), false);
        assert.deepEqual(endpoint.requests, []);
      });
    } finally {
      await endpoint.close();
    }
  });
});

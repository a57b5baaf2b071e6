import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openclawSource } from '../../src/sources/openclaw/openclaw.js';
import type { Source } from '../../src/sources/source.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { outlineOf, wholeRows } from '../support/sourceCheck.js';
import { until } from '../support/until.js';

const auth = 'eaeeb35b-5f90-4bf1-9915-eb34dcc30375';

/** Runs with a copy of the home of the JSON-lines era. */
async function withHome(run: (source: Source, home: string) => Promise<void>): Promise<void> {
  await withScratchFolder('openclaw', async (home) => {
    await cp(join(import.meta.dirname, '../fixtures/openclaw/jsonl-2026.1.29'), home, { recursive: true });
    await run(openclawSource({ env: { HOME: home } }), home);
  });
}

describe('the folders of OpenClaw’s agents', () => {
  test('where one’s name begins as another’s does, each agent has its own sessions', async () => {
    await withHome(async (source, home) => {
      const before = await outlineOf(source, auth);
      const agents = join(home, '.openclaw/agents');
      const moved = (agent: string): string => join(home, 'moved', agent);
      for (const agent of ['main', 'main2']) await cp(join(agents, 'main/sessions'), moved(agent), { recursive: true });
      for (const name of await readdir(moved('main2'))) {
        const text = await readFile(join(moved('main2'), name), 'utf8');
        await rm(join(moved('main2'), name));
        await writeFile(
          join(moved('main2'), name.replace(auth, 'auth-2')),
          text.replaceAll(auth, 'auth-2').replaceAll('agent:main', 'agent:main2'),
        );
      }
      await mkdir(join(agents, 'main2'));
      await writeFile(join(home, '.openclaw/openclaw.json'), JSON.stringify({ session: { store: '~/moved/{agentId}/sessions.json' } }));
      const rows = await wholeRows(source);
      assert.deepEqual([rows.get(auth)?.metadata['agent'], rows.get('auth-2')?.metadata['agent']], ['main', 'main2']);
      assert.ok(rows.get('auth-2')?.path.startsWith(join(moved('main2'), '/')));
      assert.deepEqual(await outlineOf(source, 'auth-2'), before);
    });
  });

  test('those that cannot be looked at are watched for all the same', async () => {
    await withHome(async (source, home) => {
      const [agents, away] = [join(home, '.openclaw/agents'), join(home, 'away')];
      await rename(agents, away);
      await symlink(agents, agents);
      await assert.rejects(source.list(), { code: 'ELOOP' });
      let told = 0;
      const stop = source.watch(() => told++);
      try {
        await rm(agents);
        await rename(away, agents);
        await until('they are told of', () => told > 0);
      } finally {
        stop();
      }
    });
  });
});

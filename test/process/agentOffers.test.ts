import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { AgentCatalog } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { openSources } from '../../src/sources/sourceList.js';
import { installClaude, installCodex } from '../support/agentInstall.js';
import { withFolder } from '../support/openFolder.js';

/** The real programs that are asked before their first turn; see `tells` in src/agents/agent.ts. */
const asked: readonly (readonly [title: string, name: string, install: () => Promise<string>])[] = [
  ['claude', 'claude', installClaude],
  ['codex app-server', 'codex', async () => path.dirname(await installCodex())],
];

describe('a program that is asked for its models before its first turn', () => {
  for (const [title, name, install] of asked) {
    test(`${title} tells them without a login, and no session of it is left`, { timeout: 600_000 }, async () => {
      const bin = await install();
      let catalog: AgentCatalog | undefined;
      const agents: AgentCatalog = {
        list: () => catalog?.list() ?? Promise.resolve([]),
        connect: (...asked) => catalog?.connect(...asked) ?? Promise.reject(new Error('no catalogue yet')),
      };
      await withFolder({ agents }, async ({ workspace, home, dir }) => {
        // What goes over the network fails at once.
        const env = { PATH: [bin, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter), HOME: home, ...nowhere };
        catalog = agentCatalog({ env, demoPath: 'dist/demoAgent.js' });
        const { models, thinking_levels: levels } = await workspace.offers(name, { ask: true });
        assert.ok(models.length > 1, JSON.stringify(models));
        assert.ok(levels.length > 1, JSON.stringify(levels));
        assert.deepEqual(JSON.parse(await readFile(path.join(home, '.skein/agents.json'), 'utf8')), {
          version: 1,
          agents: { [name]: { models, thinking_levels: levels } },
        });
        const sources = openSources({ env: { HOME: home } });
        const rows = await Promise.all(sources.map(async (source) => ((await source.info()).found ? (await source.list()).rows : [])));
        assert.deepEqual(rows.flat(), []);
        const left = (await readdir(home, { recursive: true })).filter((file) =>
          /^\.claude\/projects\/|^\.codex\/sessions\/|rollout-/.test(file),
        );
        assert.deepEqual(left, []);
        assert.deepEqual((await workspace.list()).rows, []);
        assert.deepEqual(await readdir(dir), []);
      });
    });
  }
});

const nowhere = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' };

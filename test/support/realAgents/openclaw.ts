import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { installOpenclaw } from '../agentInstall.js';
import { keptCode } from '../cacheFolder.js';
import { freePort } from '../freePort.js';
import { spawnGroup, type ProcessGroup } from '../processGroup.js';
import type { RealAgent } from './realAgent.js';

const model = {
  ...{ id: 'model', name: 'Test', contextWindow: 128_000, maxTokens: 4096, input: ['text'], reasoning: false },
  cost: { input: 3, output: 15, cacheRead: 0, cacheWrite: 0 },
};

/** OpenClaw, whose `acp` speaks for a gateway that has to run; an agent that the person's settings name. */
export const openclaw: RealAgent = {
  name: 'openclaw',
  title: 'OpenClaw, openclaw acp',
  install: async () => path.join(path.dirname(await installOpenclaw()), '../.bin'),
  prepare: async (home, url) => {
    const workspace = path.join(home, 'workspace');
    for (const folder of ['.openclaw', '.skein', 'workspace']) await mkdir(path.join(home, folder), { recursive: true });
    const config = {
      gateway: { mode: 'local', port: await freePort(), bind: 'loopback', auth: { mode: 'token', token: 'a-token-for-the-test' } },
      agents: { defaults: { workspace, model: { primary: 'test/model' } } },
      models: {
        mode: 'replace',
        providers: { test: { baseUrl: url, apiKey: 'a-key-for-the-test', api: 'anthropic-messages', models: [model] } },
      },
      logging: { file: path.join(home, 'openclaw.log') },
      tools: { exec: { host: 'gateway', mode: 'ask' } },
    };
    await writeFile(path.join(home, '.openclaw/openclaw.json'), JSON.stringify(config));
    await writeFile(path.join(home, '.skein/config.yaml'), 'agents:\n  openclaw:\n    command: openclaw\n    args: [acp]\n');
    await writeFile(path.join(home, 'some-text.txt'), 'some text');
    return keptCode();
  },
  run: async (env) => {
    const gateway = spawnGroup(process.execPath, [await installOpenclaw(), 'gateway', 'run'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    await ready(gateway);
    return () => gateway.stop();
  },
  deviations: {
    // It asks before it runs commands, and writes files by itself.
    order: (file, home) => `[[bash cp ${path.join(home, 'some-text.txt')} ${file}]]`,
    // Its gateway keeps them to itself, and the key unused for a while.
    failuresUntold: true,
  },
};

async function ready({ child, ended }: ProcessGroup): Promise<void> {
  const said: string[] = [];
  const isReady = new Promise<boolean>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      if (!input) continue;
      createInterface({ input }).on('line', (line) => {
        said.push(line);
        if (line.includes('[gateway] ready')) resolve(true);
      });
    }
    void ended.then(() => resolve(false));
  });
  if (!(await isReady)) throw new Error(`the gateway ended\n${said.slice(-20).join('\n')}`);
}

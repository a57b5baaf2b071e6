import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { installCodex, installCodexAdapter } from '../agentInstall.js';
import type { RealAgent } from './realAgent.js';

/** Writes a config that sends Codex to the tests' own server, and lets it try once. */
export async function prepareCodex(home: string, url: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(path.join(home, '.codex'), { recursive: true });
  await writeFile(
    path.join(home, '.codex/config.toml'),
    `model = "test-model"
model_provider = "test"
check_for_update_on_startup = false
[model_providers.test]
name = "test"
base_url = "${url}/v1"
env_key = "TEST_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
[analytics]
enabled = false
`,
  );
  return { TEST_KEY: 'a-key-for-the-test' };
}

export const codex: RealAgent = {
  name: 'codex',
  title: 'Codex, codex-acp',
  install: async () => path.join(await installCodexAdapter(), 'node_modules/.bin'),
  prepare: prepareCodex,
  deviations: { refusalEndsTurn: true },
};

/** Where the adapter is not installed. */
export const codexAppServer: RealAgent = {
  name: 'codex',
  title: 'Codex, codex app-server',
  install: async () => path.dirname(await installCodex()),
  prepare: prepareCodex,
};

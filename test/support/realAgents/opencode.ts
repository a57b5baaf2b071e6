import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { installOpencode } from '../agentInstall.js';
import type { RealAgent } from './realAgent.js';

const model = { name: 'Test', tool_call: true, limit: { context: 128_000, output: 8192 }, cost: { input: 3, output: 15 } };

export const opencode: RealAgent = {
  name: 'opencode',
  title: 'OpenCode, opencode acp',
  install: async () => path.dirname(await installOpencode()),
  prepare: async (home, url) => {
    const provider = {
      npm: '@ai-sdk/openai-compatible',
      options: { baseURL: `${url}/v1`, apiKey: 'a-key-for-the-test' },
      // The small one is asked for titles, and obeys no orders.
      models: { model, small: model },
    };
    const config = {
      autoupdate: false,
      share: 'disabled',
      model: 'test/model',
      small_model: 'test/small',
      provider: { test: provider },
      permission: { edit: 'ask', bash: 'ask' },
    };
    await mkdir(path.join(home, '.config/opencode'), { recursive: true });
    await writeFile(path.join(home, '.config/opencode/opencode.json'), JSON.stringify(config));
    // At each start in a new home it would fetch the package that plug-ins are written with.
    return { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', npm_config_offline: 'true' };
  },
  // What is too long it shortens by itself.
  deviations: { refusalEndsTurn: true, hints: { overflow: 'goes on' } },
};

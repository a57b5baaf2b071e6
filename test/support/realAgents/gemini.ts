import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { installGemini } from '../agentInstall.js';
import type { RealAgent } from './realAgent.js';

const settings = {
  // The model that it chooses by itself is chosen by asking another one.
  model: { name: 'gemini-2.5-flash' },
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  // With its clean-up, which deletes sessions: that is how people have it.
  general: { enableAutoUpdate: false, disableAutoUpdate: true, maxAttempts: 1 },
};

export const gemini: RealAgent = {
  name: 'gemini',
  title: 'Gemini CLI, gemini --acp',
  install: async () => path.join(await installGemini(), '../../../../.bin'),
  prepare: async (home, url) => {
    await mkdir(path.join(home, '.gemini'), { recursive: true });
    await writeFile(path.join(home, '.gemini/settings.json'), JSON.stringify(settings));
    return { GEMINI_API_KEY: 'a-key-for-the-test', GOOGLE_GEMINI_BASE_URL: url };
  },
};

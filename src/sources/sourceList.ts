import { clinvkSource } from './clinvk/clinvk.js';
import { lazySource, type Program } from './lazySource.js';
import { openclawPlace } from './openclaw/openclawPlace.js';
import { opencodePlace } from './opencode/opencodePlace.js';
import { programHomes } from './programHomes.js';
import type { Source, SourceOptions } from './source.js';

const programs: readonly Program[] = [
  {
    ...{ name: 'claude', title: 'Claude Code', homes: (options) => [programHomes.claude(options)] },
    abilities: { rename: true, removal: true },
    load: async () => (await import('./claude/claude.js')).claudeSource,
  },
  {
    ...{ name: 'codex', title: 'Codex', homes: (options) => [programHomes.codex(options)] },
    load: async () => (await import('./codex/codex.js')).codexSource,
  },
  {
    ...{ name: 'gemini', title: 'Gemini CLI', homes: (options) => [programHomes.gemini(options)] },
    load: async () => (await import('./gemini/gemini.js')).geminiSource,
  },
  {
    ...{ name: 'opencode', title: 'OpenCode', homes: (options) => [opencodePlace(options).folder] },
    load: async () => (await import('./opencode/opencode.js')).opencodeSource,
  },
  {
    ...{ name: 'openclacky', title: 'openclacky', homes: (options) => [programHomes.openclacky(options)] },
    abilities: { rename: true, removal: true },
    load: async () => (await import('./openclacky/openclacky.js')).openclackySource,
  },
  {
    ...{ name: 'clawdius', title: 'Clawdius', homes: programHomes.clawdius },
    load: async () => (await import('./clawdius/clawdius.js')).clawdiusSource,
  },
  {
    ...{ name: 'openclaw', title: 'OpenClaw', homes: (options) => [openclawPlace(options).state] },
    load: async () => (await import('./openclaw/openclaw.js')).openclawSource,
  },
];

/** Every source that Skein reads, one line each. */
export function openSources(options: SourceOptions): readonly Source[] {
  return [clinvkSource(options), ...programs.map((program) => lazySource(program, options))];
}

import { claudeSource } from './claude/claude.js';
import { clawdiusSource } from './clawdius/clawdius.js';
import { clinvkSource } from './clinvk/clinvk.js';
import { codexSource } from './codex/codex.js';
import { geminiSource } from './gemini/gemini.js';
import { openclackySource } from './openclacky/openclacky.js';
import { openclawSource } from './openclaw/openclaw.js';
import { opencodeSource } from './opencode/opencode.js';
import type { Source, SourceOptions } from './source.js';

const open: readonly ((options: SourceOptions) => Source)[] = [
  claudeSource,
  codexSource,
  geminiSource,
  opencodeSource,
  clinvkSource,
  openclackySource,
  clawdiusSource,
  openclawSource,
];

/** Every source that Skein reads, one line each. */
export function openSources(options: SourceOptions): readonly Source[] {
  return open.map((make) => make(options));
}

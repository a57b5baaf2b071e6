import { clinvkSource } from './clinvk.js';
import type { Source, SourceOptions } from './source.js';

/** Every source that Skein reads, one line each. */
export function openSources(options: SourceOptions): readonly Source[] {
  return [clinvkSource(options)];
}

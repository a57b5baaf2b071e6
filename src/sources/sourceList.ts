import { clinvkSource } from './clinvk.js';
import type { Source } from './source.js';

/** Every source that Skein reads, one line each. */
export function openSources(options: { readonly env: Readonly<Record<string, string | undefined>> }): readonly Source[] {
  return [clinvkSource(options)];
}

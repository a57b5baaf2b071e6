import { readFileSync } from 'node:fs';

/** Put in place by the build. */
declare const __VERSION__: string | undefined;

/** The version of package.json. Run from source, it is read from there. */
export function version(): string {
  if (typeof __VERSION__ === 'string') return __VERSION__;
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './figure.js';

const dist = join(import.meta.dirname, '../../dist');
const size = (name: string, file: string, bound: number): Figure => {
  const value = statSync(join(dist, file)).size / 1000;
  return { name, value, unit: 'kB', bound, of: {} };
};

/** What a user downloads and what a window loads at activation. */
export function sizeBench(): readonly Figure[] {
  return [size('extension bundle', 'extension.cjs', 250), size('package', 'skein.vsix', 2000)];
}

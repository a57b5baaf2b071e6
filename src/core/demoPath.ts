import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the built demo agent can be, seen from this file: beside a bundle, above a chunk or a folder of one, or from the source. */
const places = ['demoAgent.js', '../demoAgent.js', '../../dist/demoAgent.js'];

/** The built demo agent; its usual place where it is not there. */
export function demoPath(): string {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? '';
}

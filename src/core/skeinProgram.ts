import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the built command line can be, seen from this file: in its own bundle, beside or above another one, or from the source. */
const places = ['skein.js', 'cli/skein.js', '../cli/skein.js', '../../dist/cli/skein.js'];

/** The built command line; `undefined` where it was not built. */
export const skeinScript = (): string | undefined =>
  places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));

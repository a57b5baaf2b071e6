import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles a script of this folder once, so that many processes need not each compile it. Resolves with its path. */
export async function bundleWorker(name: string, folder: string): Promise<string> {
  const outfile = path.join(folder, `${name}.mjs`);
  // Packages in CommonJS want a `require`.
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  const entry = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile, banner, logLevel: 'error' });
  return outfile;
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { buildOnce, cacheFolder } from './cacheFolder.js';
import { MissingTool } from './missingTool.js';

const run = promisify(execFile);

/** A browser that was seen to start. */
export interface Chromium {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Finds a Chromium that starts: `$E2E_CHROMIUM`, else one on the PATH, else the one inside `@sparticuz/chromium` (Linux
 * on x64), so that npm alone is enough. Throws MissingTool with what is missing when none does.
 */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.E2E_CHROMIUM;
  if (named) {
    const failure = await tryStart({ program: named, env: process.env });
    if (failure !== undefined) throw new MissingTool(`E2E_CHROMIUM=${named} does not start: ${failure}`);
    return { program: named, env: process.env };
  }
  for (const program of onPath()) {
    if ((await tryStart({ program, env: process.env })) === undefined) return { program, env: process.env };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new MissingTool('no browser: install Chromium or Chrome, or set E2E_CHROMIUM to the program');
  }
  const bundled = await unpackBundled();
  const failure = await tryStart(bundled);
  if (failure === undefined) return bundled;
  throw new MissingTool(`no browser: no chromium on the PATH, and the one of @sparticuz/chromium does not start: ${failure}`);
}

/** Starts the browser, headless. It resolves no name but the loopback's: a test never depends on, or reaches, the network. */
export async function launchChromium(): Promise<Browser> {
  const { program, env } = await findChromium();
  return chromium.launch({
    executablePath: program,
    env: Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined)),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

function onPath(): string[] {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const found = programs.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  if (process.platform === 'darwin') found.push('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  return found.filter((file) => existsSync(file));
}

/** Why the browser does not start, in one line; nothing when it does. */
async function tryStart({ program, env }: Chromium): Promise<string | undefined> {
  try {
    await run(program, ['--version'], { env, timeout: 20_000 });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return (said || String(error)).split('\n')[0] ?? '';
  }
}

/**
 * The package unpacks into the temporary folder of its process, and brings the shared libraries that a machine without a
 * desktop lacks only when it takes itself for Amazon's Lambda: hence a process of its own, with the cache folder as TMPDIR.
 */
async function unpackBundled(): Promise<Chromium> {
  const { version } = JSON.parse(await fs.readFile(packageFile('package.json'), 'utf8')) as { version: string };
  const target = path.join(cacheFolder(), `chromium-${version}-x64`);
  await buildOnce(target, async (folder) => {
    const script = 'import { default as chromium } from "@sparticuz/chromium"; await chromium.executablePath();';
    await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: packageFile('../../..'),
      env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    });
    await fs.writeFile(path.join(folder, 'fonts.conf'), fontsConf(target));
  });
  const program = path.join(target, 'chromium');
  const plain = { program, env: { ...process.env, FONTCONFIG_FILE: path.join(target, 'fonts.conf') } };
  if ((await tryStart(plain)) === undefined) return plain;
  // The system's own libraries come first, ours fill the gaps: those are older than the machine's, perhaps.
  const libraries = [process.env.LD_LIBRARY_PATH, path.join(target, 'al2023/lib')];
  return { program, env: { ...plain.env, LD_LIBRARY_PATH: libraries.filter(Boolean).join(':') } };
}

const packageFile = (name: string): string => fileURLToPath(new URL(`../../node_modules/@sparticuz/chromium/${name}`, import.meta.url));

/** The system's fonts where there are some, and the package's one family, so that there is always one. */
const fontsConf = (target: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${path.join(target, 'fonts')}</dir>
  <cachedir>${path.join(target, 'fonts-cache')}</cachedir>
</fontconfig>
`;

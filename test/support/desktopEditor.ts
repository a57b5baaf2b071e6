import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { calmSettings, writeUserSettings } from './editorSettings.js';
import { spawnGroup } from './processGroup.js';
import type { SampleWorkspace } from './sampleWorkspace.js';

const run = promisify(execFile);
const windows = process.platform === 'win32';

/** The program `code`, when it is on the PATH. */
export function findDesktopEditor(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, windows ? 'code.cmd' : 'code')).find((file) => existsSync(file));
}

export interface DesktopEditor {
  /** Resolves when the person has closed the window. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

/** Opens the sample in VS Code itself, with a profile, an extensions folder and a HOME of its own under `root`. */
export async function openDesktopEditor(program: string, root: string, sample: SampleWorkspace, vsix: string): Promise<DesktopEditor> {
  const userDataDir = path.join(root, 'user-data');
  await writeUserSettings(userDataDir, calmSettings);
  const common = ['--user-data-dir', userDataDir, '--extensions-dir', path.join(root, 'extensions')];
  // VS Code asks root for this; without a user namespace there is no sandbox for it.
  if (process.getuid?.() === 0) common.push('--no-sandbox');
  const options = { env: environment(sample.home), shell: windows };
  await run(quote(program), [...common, '--install-extension', vsix, '--force'].map(quote), options);
  const args = [...common, '--disable-workspace-trust', '--new-window', '--wait', sample.workspace];
  const group = spawnGroup(quote(program), args.map(quote), { ...options, stdio: 'ignore' });
  return {
    closed: group.ended,
    async stop() {
      await stopMain(userDataDir);
      await group.stop();
    },
  };
}

/** `code --wait` starts the editor in a group of its own; the editor writes its pid into the profile. */
async function stopMain(userDataDir: string): Promise<void> {
  const pid = Number(await fs.readFile(path.join(userDataDir, 'code.lock'), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

function environment(home: string): NodeJS.ProcessEnv {
  const inherited = /^(VSCODE_|ELECTRON_|SKEIN_|XDG_(CONFIG|DATA|CACHE|STATE)_HOME$|npm_|NODE_OPTIONS$)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name))),
    HOME: home,
    ...(windows && { USERPROFILE: home }),
    // The display's key lies in the real home.
    ...(process.platform === 'linux' && { XAUTHORITY: process.env.XAUTHORITY ?? path.join(os.homedir(), '.Xauthority') }),
  };
}

/** On Windows `code` is a script for the shell, which splits at spaces. */
const quote = (word: string): string => (windows && word.includes(' ') ? `"${word}"` : word);

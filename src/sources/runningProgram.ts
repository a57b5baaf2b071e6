import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** Whether this machine can be asked for its processes. */
export const canSeeProcesses = (platform: NodeJS.Platform): boolean => platform !== 'win32';

/**
 * Whether a program runs, by the names it may have. A script is named in the arguments of its interpreter, after the
 * interpreter's options: the first words of a command line are looked at, and a path counts by its last part.
 */
export async function isProgramRunning(names: readonly string[], platform: NodeJS.Platform): Promise<boolean> {
  const lines = platform === 'linux' ? await procCommands() : await psCommands();
  return lines.some((words) => words.slice(0, 4).some((word) => names.includes(basename(word))));
}

async function procCommands(): Promise<readonly (readonly string[])[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // A process that ended meanwhile, or one of the kernel's, has no command line.
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return texts.map((text) => text.split('\0'));
}

async function psCommands(): Promise<readonly (readonly string[])[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'command='], { maxBuffer: 64 << 20 });
  return stdout.split('\n').map((line) => line.trim().split(/\s+/));
}

import type { Stats } from 'node:fs';
import { open as openFile, readFile, rename, rm, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import type { Invocation } from './invocation.js';
import { resolveIds } from './organise.js';
import { withProgress } from './progress.js';
import { sessionName } from './sessionName.js';
import { shortId } from './shortId.js';
import { stdinBytes } from './stdinText.js';
import { countOf } from './words.js';

/** `skein sessions export`: to stdout, or whole to a file. */
export async function exportSessions({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const format = options.format ?? 'json';
  const output = options.output === '-' ? undefined : options.output;
  if (format === 'bundle' && output === undefined && terminal.stdoutIsTerminal) {
    throw new SessionError('usage', 'a bundle is not text for a terminal', { hint: 'add -o sessions.skein, or send stdout elsewhere' });
  }
  const workspace = await open();
  const ids = await resolveIds(workspace, args);
  const bytes = await withProgress(terminal, 'exporting', workspace.export(ids, format));
  if (output === undefined) {
    terminal.write(bytes);
    return;
  }
  await writeWhole(path.resolve(output), bytes);
  terminal.say(`wrote ${countOf(ids.length, 'session')} to ${output}`);
}

/** Beside and renamed: an export that stops half way leaves the file that was there. Only the person may read it. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(file);
  if (!(await statOf(folder))?.isDirectory()) throw new SessionError('failed', `there is no folder ${folder}`);
  if ((await statOf(file))?.isDirectory()) throw new SessionError('failed', `${file} is a folder`, { hint: 'name a file in it' });
  const beside = `${file}.${String(process.pid)}.tmp`;
  try {
    const handle = await openFile(beside, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `skein sessions import`: new ids go to stdout, a line each. */
export async function importSessions({ args, terminal, open }: Invocation): Promise<undefined> {
  const [file = '-'] = args;
  const bytes = file === '-' ? await stdinBytes() : await readFile(path.resolve(file));
  const workspace = await open();
  const records = await withProgress(terminal, 'importing', workspace.import(bytes));
  for (const record of records) {
    terminal.print(record.id);
    terminal.say(`imported ${shortId(record.id)} "${sessionName(record)}"`);
  }
}

import { constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { SessionError } from '../../model/errors.js';
import type { SessionRow } from '../../model/row.js';
import { titleFile } from './claudeFiles.js';
import { objectOf, type JsonObject } from '../jsonValue.js';
import { isSameFile } from '../sameFile.js';
import type { SourceRemoval } from '../source.js';

/** Versions that do not say which sessions are open: one that was written just now may be. */
const runningMs = 60_000;

/**
 * Names a session as the program does: a line at the end of its file, which it reads last, and the copy of the title beside
 * the session where it keeps one.
 */
export async function renameClaude(config: string, row: SessionRow, title: string, now: () => number): Promise<void> {
  const id = sessionOf(row, 'named');
  const name = title.trim();
  if (name === '') throw new SessionError('usage', 'Claude Code has no empty titles');
  refuseOpen(config, row, now);
  const line = `${JSON.stringify({ type: 'custom-title', customTitle: name, sessionId: id })}\n`;
  const file = await open(row.path, constants.O_RDWR | constants.O_APPEND).catch((error: unknown) => {
    throw missing(error) ? new SessionError('not_found', `Claude Code has no session ${id} any more`) : error;
  });
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    // A last line that was torn off must not take ours with it.
    await file.appendFile(bytesRead === 1 && buffer[0] !== 0x0a ? `\n${line}` : line);
    await file.sync();
  } finally {
    await file.close();
  }
  await replaceTitle(join(dirname(row.path), id, titleFile), name);
}

/** Moves a session's file and its folder into the keep folder, and back. */
export function claudeRemoval(config: string, rowOf: (ownId: string) => Promise<SessionRow>, now: () => number): SourceRemoval {
  const projects = join(config, 'projects');
  return {
    async remove(ownId, keepIn) {
      const row = await rowOf(ownId);
      const id = sessionOf(row, 'deleted');
      refuseOpen(config, row, now);
      const target = join(keepIn, basename(dirname(row.path)));
      await mkdir(target, { recursive: true, mode: 0o700 });
      const before = await stat(row.path);
      const kept: string[] = [];
      const parts = [row.path, join(dirname(row.path), id)];
      for (const part of parts) {
        const copy = join(target, basename(part));
        if (await copied(part, copy)) kept.push(copy);
      }
      const after = await stat(row.path);
      if (
        after.size !== before.size ||
        after.mtimeMs !== before.mtimeMs ||
        !(await isSameFile(row.path, join(target, basename(row.path))))
      ) {
        await rm(target, { recursive: true, force: true });
        throw busy(row);
      }
      for (const part of parts) await rm(part, { recursive: true, force: true });
      return { kept };
    },
    async restore(kept) {
      for (const copy of kept) {
        const [folder, name] = [basename(dirname(copy)), basename(copy)];
        if (!/^[\w-][\w.-]*$/.test(folder) || !/^\w[\w.-]*$/.test(name)) throw new SessionError('failed', `${copy} is not what was kept`);
        await mkdir(join(projects, folder), { recursive: true, mode: 0o700 });
        await cp(copy, join(projects, folder, name), { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
      }
    },
  };
}

function sessionOf(row: SessionRow, act: string): string {
  if (row.backend_session_id !== undefined && !row.problem) return row.backend_session_id;
  const why = row.problem ? `its file cannot be read` : `it is a sub-agent, which belongs to its session`;
  throw new SessionError('unsupported', `${row.id} cannot be ${act}: ${why}`);
}

const busy = (row: SessionRow): SessionError =>
  new SessionError('busy', `Claude Code has "${row.title || row.id}" open`, { hint: 'close it there: it would write over the change' });

/** A session that is open in the program keeps its title in memory and writes it again at its end. */
function refuseOpen(config: string, row: SessionRow, now: () => number): void {
  const open = openSessions(join(config, 'sessions'));
  if (open ? open.has(row.backend_session_id ?? '') : isRecent(row.path, now)) throw busy(row);
}

function isRecent(path: string, now: () => number): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return now() - mtimeMs < runningMs;
}

/** The sessions that running processes say they have open; `undefined` where the version keeps no such register. */
function openSessions(folder: string): ReadonlySet<string> | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (missing(error)) return undefined;
    throw error;
  }
  const open = names.filter((name) => name.endsWith('.json')).map((name) => registered(join(folder, name)));
  return new Set(open.flatMap(({ pid, sessionId }) => (typeof sessionId === 'string' && isAlive(pid) ? [sessionId] : [])));
}

function registered(path: string): JsonObject {
  try {
    return objectOf(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Its process has ended, or is just beginning.
    return {};
  }
}

function isAlive(pid: unknown): boolean {
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function replaceTitle(path: string, title: string): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if (missing(error)) return undefined;
    throw error;
  });
  if (before === undefined) return;
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(beside, JSON.stringify({ ...parsedTitle(before), customTitle: title }), { flag: 'wx', mode: 0o600 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

function parsedTitle(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    // Written anew: it held nothing else that could be read.
    return {};
  }
}

async function copied(from: string, to: string): Promise<boolean> {
  try {
    await cp(from, to, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
    return true;
  } catch (error) {
    if (missing(error)) return false;
    throw error;
  }
}

const missing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

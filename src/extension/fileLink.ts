import { realpath, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SessionError } from '../model/errors.js';
import { l10n } from './l10n.js';

export interface FileLink {
  readonly path: string;
  /** From 1. */
  readonly line?: number | undefined;
}

/**
 * The file that a link in a transcript means: a path in the folder, or an absolute one that exists. The text was written by an
 * agent, so a relative path must not lead out of the folder, not through a symlink either, and a network share is never asked.
 */
export async function resolveFileLink(folder: string, text: string, line?: number): Promise<FileLink> {
  const link = withoutPosition(text);
  const named = link.path.startsWith('file:') ? pathOfUrl(link.path) : link.path;
  if (/^(\\\\|\/\/)/.test(named) || named.includes('\0')) throw refused(text);
  const target = path.resolve(folder, named);
  const real = await realFile(target, text);
  if (!path.isAbsolute(named) && !isInside(await realpath(folder), real)) throw refused(text);
  return { path: target, line: line ?? link.line };
}

/** Splits `src/a.ts:12:3` or `src/a.ts#L12` into the path and its line. */
export function withoutPosition(text: string): FileLink {
  const match = /^(.+?)(?::(\d{1,7})(?::\d{1,7})?|#L(\d{1,7})(?:-L?\d{1,7})?)$/.exec(text);
  if (!match) return { path: text };
  return { path: match[1] ?? text, line: Math.max(1, Number(match[2] ?? match[3])) };
}

export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}

async function realFile(target: string, text: string): Promise<string> {
  try {
    if (!(await stat(target)).isFile()) throw new SessionError('not_found', l10n.t('{0} is not a file', text));
    return await realpath(target);
  } catch (error) {
    if (error instanceof SessionError) throw error;
    throw new SessionError('not_found', l10n.t('{0} was not found', text), { hint: messageOf(error), cause: error });
  }
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new SessionError('usage', l10n.t('{0} names no file here', url), { cause });
  }
}

const refused = (text: string): SessionError =>
  new SessionError('usage', l10n.t('{0} is not opened', text), { hint: l10n.t('it is outside this folder') });

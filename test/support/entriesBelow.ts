import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../src/store/fileError.js';

/** All that is below a folder that others change: the folder of a lock that was let go is removed a moment later. */
export async function entriesBelow(folder: string): Promise<readonly Dirent[]> {
  const entries = (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? [];
  const folders = entries.filter((entry) => entry.isDirectory());
  return [...entries, ...(await Promise.all(folders.map((entry) => entriesBelow(pathOf(entry))))).flat()];
}

export const pathOf = (entry: Dirent): string => join(entry.parentPath, entry.name);

/** The files below these folders that hold a text. */
export async function filesWith(text: string, ...folders: readonly string[]): Promise<readonly string[]> {
  const files = (await Promise.all(folders.map(filesBelow))).flat();
  const texts = await Promise.all(files.map((file) => unlessGone(readFile(file))));
  return files.filter((_, index) => texts[index]?.includes(text));
}

/** Bytes of all the files below a folder. */
export async function sizeBelow(folder: string): Promise<number> {
  const stats = await Promise.all((await filesBelow(folder)).map((file) => unlessGone(stat(file))));
  return stats.reduce((sum, info) => sum + (info?.size ?? 0), 0);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  return (await entriesBelow(folder)).filter((entry) => entry.isFile()).map(pathOf);
}

async function unlessGone<T>(looking: Promise<T>): Promise<T | undefined> {
  return looking.catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
}

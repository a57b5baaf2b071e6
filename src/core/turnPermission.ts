import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { decidePermission } from '../model/permissionRule.js';
import type { PermissionMode } from '../model/record.js';
import type { PermissionOption, PermissionRequest } from '../model/turn.js';
import { isSystemError } from '../store/fileError.js';

export interface PermissionPlace {
  readonly mode: PermissionMode;
  /** Where the agent runs, absolute and real. */
  readonly cwd: string;
  /** The store: never edited unasked. */
  readonly root: string;
}

/** The answer that the mode gives by itself; `undefined`: the person is asked. */
export async function answerByMode(
  request: PermissionRequest,
  { mode, cwd, root }: PermissionPlace,
): Promise<PermissionOption | undefined> {
  const { locations = [], diff = [] } = request.call;
  const named = [...locations, ...diff].map(({ path }) => resolve(cwd, path));
  const paths = await Promise.all(named.map(realPathOf));
  return decidePermission(request, { mode, workdir: cwd, paths, guarded: [root, join(cwd, '.git'), join(cwd, '.skein')] });
}

/** The real path, also of a file that is still to be made: a link on the way may lead out of the folder. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isSystemError(error, 'ENOENT') || parent === path) throw error;
    return join(await realPathOf(parent), basename(path));
  }
}

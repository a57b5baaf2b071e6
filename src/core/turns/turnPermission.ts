import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { allowOnce, decidePermission, ruleSubject, scopeIds, withScopes, type PermissionScene } from '../../model/permissionRule.js';
import type { PermissionMode } from '../../model/permissionMode.js';
import type { PermissionRequest } from '../../model/turn.js';
import { isSystemError } from '../../store/fileError.js';
import { isDoorTool } from '../door/agentDoor.js';
import type { CoreContext } from '../context.js';

export interface PermissionPlace {
  readonly mode: PermissionMode;
  /** Where the agent runs, absolute and real. */
  readonly cwd: string;
  readonly session: string;
  readonly backend: string;
  /** Asks the person. */
  readonly ask: (request: PermissionRequest) => Promise<string | null>;
}

/**
 * The id of the answer: what the mode says, else a rule, else the person, whose answer for longer becomes a rule. A tool of our own
 * asks for itself: the person is not asked twice.
 */
export async function answerPermission(
  { rules, store: { root }, now }: CoreContext,
  request: PermissionRequest,
  place: PermissionPlace,
): Promise<string | null> {
  const { mode, cwd, session, backend: agent, ask } = place;
  const own = isDoorTool(request) ? allowOnce(request) : undefined;
  if (own) return own.id;
  const scene = await permissionScene(request, { mode, cwd, root });
  const byMode = decidePermission(request, scene);
  if (byMode) return byMode.id;
  const subject = ruleSubject(request, scene);
  const once = allowOnce(request);
  if (!subject || !once) return ask(request);
  if (await rules.allow(root, { agent, ...subject, session })) return once.id;
  const asked = withScopes(request);
  const chosen = await ask(asked);
  const kind = asked.options.find(({ id }) => id === chosen)?.kind;
  if (kind !== 'allow_session' && kind !== 'allow_always') return chosen;
  // An agent's own "always" may mean this session or all of them: it is taken for the less.
  const forFolder = chosen === scopeIds.always;
  await rules.keep(root, { agent, ...subject, ...(forFolder ? {} : { session }) }, now());
  return chosen === scopeIds.session || forFolder ? once.id : chosen;
}

/** What a request is judged by: the files that it names, as they really are. The store is never edited unasked. */
export async function permissionScene(
  { call: { locations = [], diff = [] } }: PermissionRequest,
  { mode, cwd, root }: { readonly mode: PermissionMode; readonly cwd: string; readonly root: string },
): Promise<PermissionScene> {
  const named = [...locations, ...diff].map(({ path }) => resolve(cwd, path));
  const paths = await Promise.all(named.map(realPathOf));
  return { mode, workdir: cwd, paths, guarded: [root, join(cwd, '.git'), join(cwd, '.skein')] };
}

/** The real path, also of a file that is still to be made: a link on the way, or one that leads nowhere yet, may lead out of the folder. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isSystemError(error, 'ENOENT') || parent === path) throw error;
    const real = await realPathOf(parent);
    const target = await linkTarget(path);
    return target === undefined ? join(real, basename(path)) : realPathOf(resolve(real, target));
  }
}

/** Where a link leads; `undefined` for what is none, or not there. */
async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EINVAL')) return undefined;
    throw error;
  }
}

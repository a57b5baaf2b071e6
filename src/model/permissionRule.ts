import type { PermissionMode } from './record.js';
import type { PermissionOption, PermissionRequest } from './turn.js';
import { isInside } from './folderPath.js';

/** Whether a mode lets more through than asking does: such a mode is never taken from a folder's own files. */
export const isLooser = (mode: PermissionMode): boolean => mode === 'accept_edits' || mode === 'auto';

/** From the one that lets least through on. */
const byTightness: readonly PermissionMode[] = ['plan', 'ask', 'accept_edits', 'auto'];

/** The mode, or the bound where that lets less through. */
export const tighterMode = (mode: PermissionMode, bound: PermissionMode | undefined): PermissionMode =>
  bound !== undefined && byTightness.indexOf(bound) < byTightness.indexOf(mode) ? bound : mode;

export interface PermissionScene {
  readonly mode: PermissionMode;
  /** The folder that edits may touch, absolute and real. */
  readonly workdir: string;
  /** Every path that the call names, absolute and real; empty where it names none. */
  readonly paths: readonly string[];
  /** Folders that are never edited unasked: the store, the repository's own data. */
  readonly guarded: readonly string[];
}

/** The option to answer with, or `undefined`: the person is asked. */
export function decidePermission(request: PermissionRequest, scene: PermissionScene): PermissionOption | undefined {
  const { kind } = request.call;
  switch (scene.mode) {
    case 'ask':
      return undefined;
    case 'auto':
      return allowing(request);
    case 'plan':
      return kind === 'edit' || kind === 'delete' || kind === 'move' || kind === 'execute' ? rejecting(request) : undefined;
    case 'accept_edits':
      return (kind === 'edit' || kind === 'move') && allInside(scene) ? allowing(request) : undefined;
  }
}

const allInside = ({ paths, workdir, guarded }: PermissionScene): boolean =>
  paths.length > 0 && paths.every((path) => isInside(path, workdir) && !guarded.some((folder) => isInside(path, folder)));

// Once before for longer: the next call is judged by itself again.
const allowing = (request: PermissionRequest) => firstOf(request, ['allow_once', 'allow_session', 'allow_always']);
const rejecting = (request: PermissionRequest) => firstOf(request, ['reject_once', 'reject_always']);

function firstOf(request: PermissionRequest, kinds: readonly PermissionOption['kind'][]): PermissionOption | undefined {
  for (const kind of kinds) {
    const option = request.options.find((candidate) => candidate.kind === kind);
    if (option) return option;
  }
  return undefined;
}

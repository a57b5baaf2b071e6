import * as z from 'zod';
import { toolKinds } from './entry.js';
import type { PermissionMode } from './permissionMode.js';
import type { PermissionOption, PermissionRequest } from './turn.js';
import { isInside } from './folderPath.js';
import { isCutTitle } from './toolTitle.js';

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

/** What a person allowed for longer than once, and how far it reaches. */
export const permissionRuleSchema = z.looseObject({
  id: z.string().min(1),
  /** The agent that asked. */
  agent: z.string(),
  kind: z.enum(toolKinds),
  /** The command, host or title it is about, to the letter; none for files, where it is the folder's. */
  subject: z.string().optional(),
  /** The session it holds for; none: all of this folder. */
  session: z.string().optional(),
  created_at: z.string(),
});
export type PermissionRule = z.infer<typeof permissionRuleSchema>;

/**
 * What a rule from this request would allow; `undefined` where it must be asked each time: files outside the folder or none
 * named, and what names nothing that could be told apart from another call.
 */
export function ruleSubject({ call }: PermissionRequest, scene: PermissionScene): Pick<PermissionRule, 'kind' | 'subject'> | undefined {
  const { kind, input } = call;
  const title = isCutTitle(call.title) ? undefined : call.title;
  switch (kind) {
    case 'edit':
    case 'delete':
    case 'move':
    case 'read':
      return allInside(scene) ? { kind } : undefined;
    case 'execute':
      return ruleAbout(kind, textIn(input, 'command') ?? title);
    case 'fetch':
      return ruleAbout(kind, originOf(textIn(input, 'url')) ?? title);
    case 'search':
    case 'think':
    case 'other':
      return title === '' ? undefined : ruleAbout(kind, title);
  }
}

const ruleAbout = (kind: PermissionRule['kind'], subject: string | undefined) => (subject === undefined ? undefined : { kind, subject });

function textIn(input: unknown, key: string): string | undefined {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, key)) return undefined;
  const value = (input as Readonly<Record<string, unknown>>)[key];
  if (Array.isArray(value)) return JSON.stringify(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Scheme, host and port: another is another server. Not of an address with a name before its host, which only looks like another's. */
const originOf = (url: string | undefined): string | undefined =>
  /^([a-z]+:\/\/[^/?#\\@\s]+)(?:[/?#]|$)/i.exec(url ?? '')?.[1]?.toLowerCase();

/** The option that lets this one call through. */
export const allowOnce = (request: PermissionRequest): PermissionOption | undefined => firstOf(request, ['allow_once']);

/** Answers of our own, for agents that can be answered once alone. */
export const scopeIds = { session: 'skein:session', always: 'skein:always' } as const;

/** The request with these answers, after those that allow. */
export function withScopes(request: PermissionRequest): PermissionRequest {
  const { options } = request;
  const keepsItself = options.some(({ kind }) => kind === 'allow_always' || kind === 'allow_session');
  if (keepsItself || !allowOnce(request)) return request;
  const at = options.findLastIndex(({ kind }) => kind === 'allow_once') + 1;
  const own: PermissionOption[] = [
    { id: scopeIds.session, label: 'Allow in this session', kind: 'allow_session' },
    { id: scopeIds.always, label: 'Always allow in this folder', kind: 'allow_always' },
  ];
  return { ...request, options: [...options.slice(0, at), ...own, ...options.slice(at)] };
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

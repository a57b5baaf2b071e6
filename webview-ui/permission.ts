import type { PermissionOption, PermissionRequest } from '../src/model/turn.js';
import { shortPath, shortText } from './toolRows.js';

const order: readonly PermissionOption['kind'][] = ['allow_once', 'allow_session', 'allow_always', 'reject_once', 'reject_always'];

/** The choices as they are shown and numbered: narrow before wide, allowing before denying. */
export function optionsInOrder(options: readonly PermissionOption[]): PermissionOption[] {
  return [...options].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** The option that denies, if the agent offers one; else the answer is `null`: cancelled. */
export const denial = (request: PermissionRequest): string | null =>
  request.options.find((option) => option.kind === 'reject_once')?.id ??
  request.options.find((option) => option.kind === 'reject_always')?.id ??
  null;

/** What the agent wants, in a sentence. */
export function requestHeading(request: PermissionRequest, agent: string, workdir: string): string {
  const { call } = request;
  const path = call.diff?.[0]?.path ?? call.locations?.[0]?.path;
  const file = path === undefined ? 'a file' : shortPath(path, workdir);
  switch (call.kind) {
    case 'execute':
      return `${agent} wants to run a command`;
    case 'edit':
      return `${agent} wants to change ${file}`;
    case 'delete':
      return `${agent} wants to delete ${file}`;
    case 'move':
      return `${agent} wants to move ${file}`;
    case 'read':
      return `${agent} wants to read ${file}`;
    case 'fetch':
      return `${agent} wants to fetch from the network`;
    case 'search':
    case 'think':
    case 'other':
      return request.title === '' ? `${agent} asks for permission` : `${agent} wants to: ${shortText(request.title, workdir)}`;
  }
}

const said: Record<PermissionOption['kind'], string> = {
  allow_once: 'Allowed once',
  allow_session: 'Allowed in this session',
  allow_always: 'Always allowed',
  reject_once: 'Denied',
  reject_always: 'Always denied',
};

/** How a request ended, in words. `outcome` is an option's id or kind, or a word for what happened without one. */
export function answerWords(request: PermissionRequest, outcome: string): { readonly words: string; readonly allowed: boolean } {
  const chosen = request.options.find((option) => option.id === outcome) ?? request.options.find((option) => option.kind === outcome);
  if (chosen) return { words: said[chosen.kind], allowed: chosen.kind.startsWith('allow') };
  if (outcome === 'cancelled') return { words: 'Denied', allowed: false };
  return { words: 'Expired: the agent stopped waiting', allowed: false };
}

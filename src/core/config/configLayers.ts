import * as z from 'zod';
import { isLooser, permissionModes } from '../../model/permissionMode.js';
import type { ConfigKey } from './configKeys.js';
import { issueWords } from './issueWords.js';

export type Tree = Readonly<Record<string, unknown>>;

/** One file of settings. */
export interface Layer {
  readonly tree: Tree;
  readonly path: string;
  readonly isFolder: boolean;
  readonly warn: (message: string) => void;
}

/**
 * The strongest layer's value of a key that it may set and that has the right type; else the key's default. Of a limit that a
 * folder sets as well, the tighter.
 */
export function valueOf(layers: readonly Layer[], key: string, { schema, fallback, homeOnly, tighter }: ConfigKey): unknown {
  let limit: unknown;
  for (const { tree, path, isFolder, warn } of layers) {
    const given = pathOf(key).reduce<unknown>((at, part) => (isTree(at) && Object.hasOwn(at, part) ? at[part] : undefined), tree);
    if (given === undefined || given === null) continue;
    const parsed = schema.safeParse(given);
    if (!parsed.success) warn(`${path}: ${key} is left out: ${issueWords(parsed.error)}`);
    else if (isFolder && (homeOnly === true || loosens(key, parsed.data))) warn(`${path}: ${key} is left out: a folder cannot set it`);
    else if (isFolder && tighter) limit = parsed.data;
    else return limit === undefined ? parsed.data : tighter?.(limit, parsed.data);
  }
  return limit === undefined || fallback === undefined ? (limit ?? fallback) : tighter?.(limit, fallback);
}

function loosens(key: string, value: unknown): boolean {
  const mode = z.enum(permissionModes).safeParse(value);
  return key.endsWith('.permission_mode') && mode.success && isLooser(mode.data);
}

/** The parts of a key; a tag may have dots itself. */
export function pathOf(key: string): string[] {
  const tag = /^(budget)\.(tag)\.(.+)\.(usd|tokens|mode)$/.exec(key);
  return tag ? tag.slice(1) : key.split('.');
}

/** Dotted names as a tree; what is not set is left out. */
export function treeOf(entries: readonly (readonly [string, unknown])[]): Tree {
  const tree: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    const path = pathOf(name);
    const last = path.pop() ?? name;
    let at = tree;
    for (const part of path) {
      if (!Object.hasOwn(at, part)) at[part] = {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return tree;
}

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The tree under a key; empty where there is none. */
export function objectAt(tree: Tree, key: string): Tree {
  const value = Object.hasOwn(tree, key) ? tree[key] : undefined;
  return isTree(value) ? value : {};
}

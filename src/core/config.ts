import { join } from 'node:path';
import { lstat } from 'node:fs/promises';
import type { Document } from 'yaml';
import * as z from 'zod';
import type { AgentsConfig } from '../agents/catalog.js';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { isLooser } from '../model/permissionRule.js';
import { permissionModes } from '../model/record.js';
import { agentKeys, configKeys, type ConfigKey } from './configKeys.js';
import { HomeFile } from './homeFile.js';

export const configFileName = 'config.yaml';

export interface ConfigOptions {
  readonly home: string;
  /** The store folder, whose own file may only tighten; absent while it is not known. */
  readonly root?: string | undefined;
  readonly program: string;
  readonly logger: Logger;
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * The settings: `$SKEIN_HOME/config.yaml` under `<store>/config.yaml`, read again when a file changed. A value of a wrong
 * type, and one that a folder may not set, is left out and said in the log.
 */
export class Config {
  readonly #options: ConfigOptions;
  readonly #home: HomeFile;
  readonly #folder: HomeFile | undefined;
  readonly #parsed = new WeakMap<HomeFile, { readonly text: string; readonly tree: Tree }>();

  constructor(options: ConfigOptions) {
    this.#options = options;
    this.#home = new HomeFile(join(options.home, configFileName), options);
    if (options.root !== undefined) this.#folder = new HomeFile(join(options.root, configFileName), options);
  }

  /** The value that holds: of one key, of all keys of a group as a tree, or of every key. `usage` for a key that there is not. */
  async get(key?: string): Promise<unknown> {
    const layers = await this.#layers();
    const found = key === undefined ? undefined : keyNamed(key);
    if (key !== undefined && found) return valueOf(layers, key, found);
    const agents = layers.flatMap(({ tree }) => Object.keys(objectAt(tree, 'agents')));
    const names = [...Object.keys(configKeys), ...[...new Set(agents)].flatMap(agentKeysOf)];
    const wanted = names.filter((name) => key === undefined || name.startsWith(`${key}.`));
    if (key !== undefined && key !== 'agents' && wanted.length === 0) throw unknownKey(key);
    return treeOf(wanted.map((name) => [name.slice(key === undefined ? 0 : key.length + 1), valueOf(layers, name, requireKey(name))]));
  }

  /** How agents are started, by name: what `$SKEIN_HOME` says, since a folder must not name programs. */
  async agents(): Promise<AgentsConfig> {
    const names = Object.keys(objectAt((await this.#treeOf(this.#home)) ?? {}, 'agents'));
    const found = await Promise.all(names.map(async (name) => [name, agentSchema.parse(await this.get(`agents.${name}`))] as const));
    return Object.fromEntries(found);
  }

  /** Sets a key in `$SKEIN_HOME/config.yaml`, comments kept; `null` takes it out. A string is read as JSON where the key is no text. */
  async set(key: string, value: unknown): Promise<void> {
    const { schema } = requireKey(key);
    const parsed = value === null || value === undefined ? undefined : parseValue(key, schema, value);
    const { parseDocument } = await import('yaml');
    await this.#home.change((text) => {
      const document = parseDocument(text ?? '');
      this.#refuseBroken(document, this.#home.path);
      if (parsed === undefined) document.deleteIn(pathOf(key));
      else document.setIn(pathOf(key), document.createNode(parsed));
      return document.toString();
    });
  }

  #refuseBroken(document: Document.Parsed, path: string): void {
    const [error] = document.errors;
    if (!error) return;
    throw new SessionError('damaged', `${path} does not parse: ${error.message.split('\n', 1)[0] ?? ''}`, {
      hint: 'mend it by hand first',
    });
  }

  /** Strongest first. */
  async #layers(): Promise<readonly Layer[]> {
    const warn = (message: string): void => this.#options.logger.warn(message);
    const folder = await this.#folderTree(warn);
    const home = await this.#treeOf(this.#home);
    return [
      ...(folder && this.#folder ? [{ tree: folder, path: this.#folder.path, isFolder: true, warn }] : []),
      ...(home ? [{ tree: home, path: this.#home.path, isFolder: false, warn }] : []),
    ];
  }

  /** A folder's broken file must not stop the work in it: it could only have tightened, and that is said. */
  async #folderTree(warn: (message: string) => void): Promise<Tree | undefined> {
    if (!this.#folder || !(await isPlainFile(this.#folder.path))) return undefined;
    try {
      return await this.#treeOf(this.#folder);
    } catch (error) {
      warn(messageOf(error));
      return undefined;
    }
  }

  async #treeOf(file: HomeFile): Promise<Tree | undefined> {
    const text = await file.read();
    if (text === undefined) return undefined;
    const known = this.#parsed.get(file);
    if (known?.text === text) return known.tree;
    const tree = await this.#parse(file.path, text);
    this.#parsed.set(file, { text, tree });
    return tree;
  }

  async #parse(path: string, text: string): Promise<Tree> {
    // Loaded when there is a file to read: most commands have none, and start faster.
    const { parseDocument } = await import('yaml');
    const document = parseDocument(text);
    this.#refuseBroken(document, path);
    const value: unknown = document.toJS({ maxAliasCount: 20 });
    return isTree(value) ? value : {};
  }
}

interface Layer {
  readonly tree: Tree;
  readonly path: string;
  readonly isFolder: boolean;
  readonly warn: (message: string) => void;
}

function valueOf(layers: readonly Layer[], key: string, { schema, fallback, homeOnly }: ConfigKey): unknown {
  for (const { tree, path, isFolder, warn } of layers) {
    const given = pathOf(key).reduce<unknown>((at, part) => (isTree(at) && Object.hasOwn(at, part) ? at[part] : undefined), tree);
    if (given === undefined || given === null) continue;
    const parsed = schema.safeParse(given);
    if (!parsed.success) warn(`${path}: ${key} is left out: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
    else if (isFolder && (homeOnly === true || loosens(key, parsed.data))) warn(`${path}: ${key} is left out: a folder cannot set it`);
    else return parsed.data;
  }
  return fallback;
}

function loosens(key: string, value: unknown): boolean {
  const mode = z.enum(permissionModes).safeParse(value);
  return key.endsWith('.permission_mode') && mode.success && isLooser(mode.data);
}

function keyNamed(name: string): ConfigKey | undefined {
  const agent = /^agents\.[^.]+\.(.+)$/.exec(name)?.[1];
  const table = agent === undefined ? configKeys : agentKeys;
  const key = agent ?? name;
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function requireKey(name: string): ConfigKey {
  const key = keyNamed(name);
  if (key) return key;
  throw unknownKey(name);
}

const unknownKey = (name: string): SessionError =>
  new SessionError('usage', `there is no setting "${name}"`, { hint: 'skein config list shows them all' });

const agentSchema = z.object({
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});

const agentKeysOf = (name: string): string[] => Object.keys(agentKeys).map((key) => `agents.${name}.${key}`);

const pathOf = (key: string): string[] => key.split('.');

function parseValue(key: string, schema: z.ZodType, value: unknown): unknown {
  const tries = typeof value === 'string' ? [value, jsonOf(value)] : [value];
  const results = tries.map((candidate) => schema.safeParse(candidate));
  const good = results.find((result) => result.success);
  if (good?.success) return good.data;
  const error = results.at(-1)?.error;
  throw new SessionError('usage', `${key}: ${error ? z.prettifyError(error).replaceAll('\n', ' ') : 'wrong value'}`);
}

/** Dotted names as a tree; what is not set is left out. */
function treeOf(entries: readonly (readonly [string, unknown])[]): Tree {
  const tree: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    const path = pathOf(name);
    const last = path.pop() ?? name;
    let at = tree;
    for (const part of path) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return tree;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

function objectAt(tree: Tree, key: string): Tree {
  const value = Object.hasOwn(tree, key) ? tree[key] : undefined;
  return isTree(value) ? value : {};
}

/** A link in a folder's store may lead anywhere, so it is not followed. */
async function isPlainFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

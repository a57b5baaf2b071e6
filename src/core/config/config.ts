import { join } from 'node:path';
import { lstatSync } from 'node:fs';
import * as z from 'zod';
import type { AgentsConfig } from '../../agents/catalog.js';
import { endpointSettingsSchema } from '../../agents/endpoint.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import { agentKeys, budgetKeys, configKeys, type ConfigKey } from './configKeys.js';
import { objectAt, pathOf, treeOf, valueOf, type Layer, type Tree } from './configLayers.js';
import { HomeFile } from './homeFile.js';
import { issueWords } from './issueWords.js';

const configFileName = 'config.yaml';

export interface ConfigOptions {
  readonly home: string;
  /** The store folder, whose own file may only tighten; absent while it is not known. */
  readonly root?: string | undefined;
  readonly program: string;
  readonly logger: Logger;
}

/**
 * The settings: `$SKEIN_HOME/config.yaml` under `<store>/config.yaml`, read again when a file changed. A value of a wrong
 * type, and one that a folder may not set, is left out and said in the log.
 */
export class Config {
  readonly #options: ConfigOptions;
  readonly #home: HomeFile;
  readonly #folder: HomeFile | undefined;
  readonly #parsed = new WeakMap<HomeFile, { readonly text: string; readonly tree: Tree }>();

  readonly #warned = new Set<string>();

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
    const agents = new Set(layers.flatMap(({ tree }) => agentNames(tree)));
    const tags = new Set(layers.flatMap(({ tree }) => Object.keys(objectAt(objectAt(tree, 'budget'), 'tag'))));
    const names = [...Object.keys(configKeys), ...[...agents].flatMap(agentKeysOf), ...[...tags].flatMap(tagBudgetKeysOf)];
    if (key === undefined)
      for (const layer of layers) for (const name of unknownNames(layer.tree)) layer.warn(`${layer.path}: there is no setting "${name}"`);
    const wanted = names.filter((name) => key === undefined || name.startsWith(`${key}.`));
    if (key !== undefined && !openGroups.includes(key) && wanted.length === 0) throw unknownKey(key);
    const tree = treeOf(wanted.map((name) => [name, valueOf(layers, name, requireKey(name))]));
    return key === undefined ? tree : key.split('.').reduce(objectAt, tree);
  }

  /** How agents are started, by name: what `$SKEIN_HOME` says, since a folder must not name programs. */
  async agents(): Promise<AgentsConfig> {
    const names = agentNames((await this.#treeOf(this.#home)) ?? {});
    const found = await Promise.all(names.map(async (name) => [name, agentSchema.parse(await this.get(`agents.${name}`))] as const));
    return Object.fromEntries(found);
  }

  /** Sets a key in `$SKEIN_HOME/config.yaml`, comments kept; `null` takes it out. A string is read as JSON where the key is no text. */
  async set(key: string, value: unknown): Promise<void> {
    const { schema } = requireKey(key);
    const parsed = value === null || value === undefined ? undefined : parseValue(key, schema, value);
    const { changeConfig } = await import('./configText.js');
    await this.#home.change((text) => changeConfig(text ?? '', this.#home.path, pathOf(key), parsed));
  }

  /** Strongest first. */
  async #layers(): Promise<readonly Layer[]> {
    const warn = (message: string): void => this.#warnOnce(message);
    const folder = await this.#folderTree(warn);
    const home = await this.#treeOf(this.#home);
    return [
      ...(folder && this.#folder ? [{ tree: folder, path: this.#folder.path, isFolder: true, warn }] : []),
      ...(home ? [{ tree: home, path: this.#home.path, isFolder: false, warn }] : []),
    ];
  }

  /** A setting is read often, and what is wrong with it is said once. */
  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.logger.warn(message);
  }

  /** A folder's broken file must not stop the work in it: it could only have tightened, and that is said. */
  async #folderTree(warn: (message: string) => void): Promise<Tree | undefined> {
    if (!this.#folder || !isPlainFile(this.#folder.path)) return undefined;
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
    const { parseConfig } = await import('./configText.js');
    const tree = parseConfig(text, file.path);
    this.#parsed.set(file, { text, tree });
    return tree;
  }
}

/** Groups whose names the person chooses: there may be none yet. */
const openGroups = ['agents', 'budget.tag'];

function keyNamed(name: string): ConfigKey | undefined {
  const [, ofTag] = /^budget\.tag\..+\.(usd|tokens|mode)$/.exec(name) ?? [];
  if (ofTag !== undefined) return budgetKeys[ofTag as keyof typeof budgetKeys];
  const agent = /^agents\.[a-z0-9][\w-]*\.(.+)$/i.exec(name)?.[1];
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

const agentSchema = z
  .object({
    command: z.string().optional(),
    args: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    endpoint: endpointSettingsSchema.optional(),
    defaults: z.object({ model: z.string().optional() }).optional(),
  })
  .transform(({ defaults, ...agent }) => ({ ...agent, model: defaults?.model }));

/** What a file sets that is no setting: a slip of the person's. */
function unknownNames(tree: Tree, above = ''): string[] {
  return Object.entries(tree).flatMap(([part, value]) => {
    const name = `${above}${part}`;
    if (keyNamed(name)) return [];
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? unknownNames(value as Tree, `${name}.`) : [name];
  });
}

/** Names that a key can hold: a dot would end them. */
const agentNames = (tree: Tree): string[] => Object.keys(objectAt(tree, 'agents')).filter((name) => /^[a-z0-9][\w-]*$/i.test(name));

const tagBudgetKeysOf = (tag: string): string[] => Object.keys(budgetKeys).map((key) => `budget.tag.${tag}.${key}`);

const agentKeysOf = (name: string): string[] => Object.keys(agentKeys).map((key) => `agents.${name}.${key}`);

function parseValue(key: string, schema: z.ZodType, value: unknown): unknown {
  const tries = typeof value === 'string' ? [value, jsonOf(value)] : [value];
  const results = tries.map((candidate) => schema.safeParse(candidate));
  const good = results.find((result) => result.success);
  if (good?.success) return good.data;
  const error = results.at(-1)?.error;
  throw new SessionError('usage', `${key}: ${error ? issueWords(error) : 'wrong value'}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** A link in a folder's store may lead anywhere, so it is not followed. */
function isPlainFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    // Not there, or not to be looked at: then it says nothing either.
    return false;
  }
}

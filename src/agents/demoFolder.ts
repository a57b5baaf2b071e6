import * as fs from 'node:fs/promises';
import * as path from 'node:path';

const maxNames = 40;
const maxBytes = 1 << 20;
/** Of a file's text, what its tool call shows. */
const shownCharacters = 2_000;

/** The folder that a demo session works in. Nothing outside of it is read or written, not through a link either. */
export class DemoFolder {
  constructor(
    readonly root: string,
    /** Told of each look into the folder, so that it can be shown as a tool call. */
    private readonly looked: (title: string, kind: 'read' | 'search', file: string, output: string) => Promise<void>,
  ) {}

  get name(): string {
    return path.basename(this.root) || this.root;
  }

  /** Names in the folder, folders with a slash at the end, without hidden ones. */
  async list(): Promise<{ names: string[]; more: number }> {
    const entries = (await fs.readdir(this.root, { withFileTypes: true })).filter((entry) => !entry.name.startsWith('.'));
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    await this.looked(`List ${this.name}`, 'search', this.root, names.slice(0, maxNames).join('\n'));
    return { names: names.slice(0, maxNames), more: Math.max(0, names.length - maxNames) };
  }

  /** The text of a file, `undefined` when there is no such text file in the folder. */
  async read(file: string): Promise<string | undefined> {
    const inside = await this.resolve(file);
    if (inside === undefined) return undefined;
    const stat = await fs.stat(inside).catch(() => undefined);
    if (!stat?.isFile() || stat.size > maxBytes) return undefined;
    const text = await fs.readFile(inside, 'utf8');
    if (text.includes('\0')) return undefined;
    await this.looked(`Read ${file}`, 'read', inside, text.slice(0, shownCharacters));
    return text;
  }

  /** The absolute path of a file that is, or may be made, in the folder; `undefined` for one that is not. */
  async resolve(file: string): Promise<string | undefined> {
    const root = await fs.realpath(this.root);
    const wanted = path.resolve(root, file);
    const exists = await fs.lstat(wanted).catch(() => undefined);
    // A link that leads nowhere would be written through, so only what is not there at all is taken by its parent.
    const known = await fs.realpath(exists ? wanted : path.dirname(wanted)).catch(() => undefined);
    if (known === undefined) return undefined;
    const real = exists ? known : path.join(known, path.basename(wanted));
    return real.startsWith(root.endsWith(path.sep) ? root : root + path.sep) ? real : undefined;
  }
}

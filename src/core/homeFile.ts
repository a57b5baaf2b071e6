import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '../model/logger.js';
import { ensureFolder, writeDurably } from '../store/durable.js';
import { isSystemError, withFileErrors } from '../store/fileError.js';
import { nodeFilePort } from '../store/filePort.js';
import { withLock } from '../store/lock.js';

/**
 * A small text file of `$SKEIN_HOME` that any process may change: read again whenever it changed on disk, replaced as a whole
 * under a lock of its own.
 */
export class HomeFile {
  readonly path: string;
  readonly #options: { readonly program: string; readonly logger: Logger };
  #read: { readonly stamp: string; readonly text: string | undefined } | undefined;

  constructor(path: string, options: { readonly program: string; readonly logger: Logger }) {
    this.path = path;
    this.#options = options;
  }

  /** Its text, `undefined` where it is not there. */
  async read(): Promise<string | undefined> {
    const stamp = await stampOf(this.path);
    if (this.#read?.stamp !== stamp) this.#read = { stamp, text: stamp === 'none' ? undefined : await this.#text() };
    return this.#read.text;
  }

  /** Replaces the text by what `change` makes of it. No change is lost to another process. */
  async change(change: (text: string | undefined) => string): Promise<void> {
    await withFileErrors(this.path, async () => {
      await ensureFolder(nodeFilePort, dirname(this.path));
      await withLock(`${this.path}.lock`, { port: nodeFilePort, ...this.#options }, async (held) => {
        const text = change(await this.#text());
        await writeDurably(nodeFilePort, this.path, Buffer.from(text), { beforeRename: () => held.assert() });
      });
    });
    this.#read = undefined;
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

/** Changes whenever the file does: a replaced file has another inode, whatever its clock says. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return 'none';
    throw error;
  }
}

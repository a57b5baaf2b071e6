import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '../../model/logger.js';
import { ensureFolder, writeDurably } from '../../store/durable.js';
import { isSystemError, withFileErrors } from '../../store/fileError.js';
import { nodeFilePort } from '../../store/filePort.js';

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

  /** Its text, `undefined` where it is not there. Looked at at once: two small files, which every command asks for. */
  read(): Promise<string | undefined> {
    return new Promise((resolve) => {
      const stamp = stampOf(this.path);
      if (this.#read?.stamp !== stamp) this.#read = { stamp, text: stamp === 'none' ? undefined : this.#text() };
      resolve(this.#read.text);
    });
  }

  /** Replaces the text by what `change` makes of it. No change is lost to another process. */
  async change(change: (text: string | undefined) => string): Promise<void> {
    await withFileErrors(this.path, async () => {
      const { withLock } = await import('../../store/lock.js');
      await ensureFolder(nodeFilePort, dirname(this.path));
      await withLock(`${this.path}.lock`, { port: nodeFilePort, ...this.#options }, async (held) => {
        const text = change(this.#text());
        await writeDurably(nodeFilePort, this.path, Buffer.from(text), { beforeRename: () => held.assert() });
      });
    });
    this.#read = undefined;
  }

  #text(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

/** Changes whenever the file does: a replaced file has another inode, whatever its clock says. */
function stampOf(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return 'none';
    throw error;
  }
}

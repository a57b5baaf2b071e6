import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { HomeFile } from './config/homeFile.js';

/**
 * Marks what this person's own Skein wrote into a store's files, by a key in `$SKEIN_HOME/seal-key`: a folder can come from a stranger,
 * and what its files say was done is then not to be taken back in other programs' stores. A seal holds for one store.
 */
export class Seal {
  readonly #file: HomeFile;
  readonly #root: string;

  /** `root`: the store that the texts are kept in. */
  constructor(file: HomeFile, root: string) {
    this.#file = file;
    this.#root = root;
  }

  async of(text: string): Promise<string> {
    if ((await this.#file.read()) === undefined) await this.#file.change((key) => key ?? randomBytes(32).toString('hex'));
    return this.#digest((await this.#file.read()) ?? '', text).toString('hex');
  }

  /** Whether `of` gave this seal for this text. */
  async isOn(text: string, seal: string): Promise<boolean> {
    const key = await this.#file.read();
    if (key === undefined || key === '') return false;
    const [given, right] = [Buffer.from(seal, 'hex'), this.#digest(key, text)];
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #digest(key: string, text: string): Buffer {
    return createHmac('sha256', key).update(`${this.#root}\n${text}`).digest();
  }
}

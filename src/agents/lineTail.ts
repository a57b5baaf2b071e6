import { textStart } from '../model/textStart.js';

const maxLine = 2000;
const maxLines = 40;

/** Splits a stream of text into lines and keeps the last of them, so that a flood costs no memory. */
export class LineTail {
  readonly #each: (line: string) => void;
  readonly #mask: (text: string) => string;
  #partial = '';
  readonly #kept: string[] = [];

  /** `mask` blanks secrets: in whole lines, as a part of one is not known for a secret any more. */
  constructor(each: (line: string) => void, mask: (text: string) => string) {
    this.#each = each;
    this.#mask = mask;
  }

  push(text: string): void {
    const lines = (this.#partial + text).split(/\r?\n/);
    // A line without an end is cut well behind what is kept of one, so that a secret at that place is whole.
    this.#partial = (lines.pop() ?? '').slice(0, 2 * maxLine);
    for (const line of lines) this.add(line);
  }

  add(line: string): void {
    const masked = this.#mask(line.slice(0, 2 * maxLine));
    const text = masked.length > maxLine ? `${textStart(masked, maxLine)}…` : masked;
    if (text.trim() === '') return;
    this.#kept.push(text);
    if (this.#kept.length > maxLines) this.#kept.shift();
    this.#each(text);
  }

  /** The last lines, at most `limit` characters of them. */
  text(limit = 4000): string {
    return [...this.#kept, this.#mask(this.#partial)].join('\n').trim().slice(-limit);
  }
}

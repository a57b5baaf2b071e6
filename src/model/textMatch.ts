import { textStart } from './textStart.js';

export interface LineMatch {
  readonly line: string;
  /** [start, end) offsets into `line`, in UTF-16 units. */
  readonly ranges: [number, number][];
}

/** Characters of a matching line that are shown: long ones are cut around the first match. */
const shown = 240;

/** A case-insensitive search for any of some phrases, any run of white space in one standing for any other. */
export class TextMatch {
  readonly #pattern: RegExp;

  constructor(phrases: readonly string[]) {
    const patterns = phrases.filter((phrase) => phrase.trim() !== '').map(patternOf);
    // What looks for nothing finds nothing.
    this.#pattern = new RegExp(patterns.length === 0 ? '(?!)' : patterns.join('|'), 'giu');
  }

  /** The first line of `text` that says anything, with its matches: for what was found in another way. */
  line(text: string): LineMatch {
    return this.#cut(text.trimStart().split('\n', 1)[0] ?? '', 0);
  }

  /** The first line of `text` that matches, with all its matches. */
  first(text: string): LineMatch | undefined {
    this.#pattern.lastIndex = 0;
    const found = this.#pattern.exec(text);
    if (!found) return undefined;
    const start = text.lastIndexOf('\n', found.index - 1) + 1;
    const end = text.indexOf('\n', found.index);
    return this.#cut(text.slice(start, end === -1 ? undefined : end), found.index - start);
  }

  #cut(whole: string, at: number): LineMatch {
    const from = whole.length <= shown ? 0 : Math.max(0, Math.min(at - shown / 4, whole.length - shown));
    const line = textStart(whole.slice(from).replace(/^[\uDC00-\uDFFF]/, ''), shown);
    this.#pattern.lastIndex = 0;
    const ranges = [...line.matchAll(this.#pattern)].map(({ index, 0: hit }): [number, number] => [index, index + hit.length]);
    return { line, ranges };
  }
}

function patternOf(phrase: string): string {
  const words = phrase
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`));
  return words.join(String.raw`[^\S\n]+`);
}

import type { Key } from 'node:readline';

/** Has a terminal say where a paste begins and ends. */
export const pasteMarks = { on: '\u001b[?2004h', off: '\u001b[?2004l' } as const;

/** Stands for a line end in a line that is typed: Unicode's own symbol for it. */
export const lineEnd = '\u2424';

export const withLineEnds = (line: string): string => line.replaceAll(lineEnd, '\n');

/** Keeps the line ends of what is pasted out of readline's sight, to which each would send the line: a paste is one prompt. */
export class PastedLines {
  #pasting = false;
  #last: string | undefined;

  /** Whether the key is a line end of a paste; `put` puts one into the line. To be called before readline takes the key. */
  take(key: Key, put: () => void): boolean {
    const last = this.#last;
    this.#last = key.name;
    if (key.name === 'paste-start' || key.name === 'paste-end') {
      this.#pasting = key.name === 'paste-start';
      return false;
    }
    if (!this.#pasting || (key.name !== 'return' && key.name !== 'enter')) return false;
    const isSecond = key.name === 'enter' && last === 'return';
    // Nothing that readline knows: it passes it by.
    key.ctrl = true;
    key.name = 'pasted-line-end';
    if (!isSecond) put();
    return true;
  }
}

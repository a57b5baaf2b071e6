const maxLine = 2000;
const maxLines = 40;

/** Splits a stream of text into lines and keeps the last of them, so that a flood costs no memory. */
export class LineTail {
  #partial = '';
  readonly #kept: string[] = [];

  constructor(private readonly each: (line: string) => void) {}

  push(text: string): void {
    const lines = (this.#partial + text).split(/\r?\n/);
    // A line without an end is cut where it is already longer than what is kept of one.
    this.#partial = (lines.pop() ?? '').slice(0, maxLine + 1);
    for (const line of lines) this.add(line);
  }

  add(line: string): void {
    const text = line.length > maxLine ? `${line.slice(0, maxLine)}…` : line;
    if (text.trim() === '') return;
    this.#kept.push(text);
    if (this.#kept.length > maxLines) this.#kept.shift();
    this.each(text);
  }

  /** The last lines, at most `limit` characters of them. */
  text(limit = 4000): string {
    return [...this.#kept, this.#partial].join('\n').trim().slice(-limit);
  }
}

const idLength = 32;

/** Which number is in which column. Times in milliseconds, `NaN` for a cost that is unknown. */
export const numberColumns = { mtimeMs: 0, ctimeMs: 1, size: 2, ino: 3, last_used: 4, created: 5, tokens: 6, cost: 7 } as const;
/** Which string is in which column, as its place in the table's strings. */
export const stringColumns = { backend: 0, status: 1, model: 2, workdir: 3, tags: 4 } as const;

const numbersPerRow = Object.keys(numberColumns).length;
const stringsPerRow = Object.keys(stringColumns).length;
export const bytesPerRow = numbersPerRow * 8 + stringsPerRow * 4 + 1 + idLength;

/** The rows of the list index, column after column in one piece of memory: it is read from disk and used as it is. */
export class IndexColumns {
  readonly count: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #numbers: Float64Array;
  readonly #strings: Uint32Array;
  readonly #flags: Uint8Array;
  readonly #ids: Buffer;
  /** All ids as one string, of which each is a part: thousands of small ones take ten times as long to make. */
  #idText: string | undefined;

  /** `bytes` begins its buffer and holds exactly `count` rows. */
  constructor(count: number, bytes: Uint8Array<ArrayBuffer> = new Uint8Array(bytesPerRow * count)) {
    this.count = count;
    this.bytes = bytes;
    const stringsAt = numbersPerRow * 8 * count;
    const flagsAt = stringsAt + stringsPerRow * 4 * count;
    this.#numbers = new Float64Array(bytes.buffer, 0, numbersPerRow * count);
    this.#strings = new Uint32Array(bytes.buffer, stringsAt, stringsPerRow * count);
    this.#flags = bytes.subarray(flagsAt, flagsAt + count);
    this.#ids = Buffer.from(bytes.buffer, flagsAt + count, idLength * count);
  }

  /** A copy, to change some rows of. */
  copied(): IndexColumns {
    return new IndexColumns(this.count, new Uint8Array(this.bytes));
  }

  /** The first rows alone, without their ids, where others were expected and did not come. */
  first(count: number): IndexColumns {
    if (count === this.count) return this;
    const some = new IndexColumns(count);
    for (let row = 0; row < count; row++) some.copy(row, this, row, this.flags(row));
    return some;
  }

  number(row: number, column: number): number {
    return this.#numbers[column * this.count + row] ?? Number.NaN;
  }

  /** A copy of a whole column. */
  numbers(column: number): Float64Array {
    return this.#numbers.slice(column * this.count, (column + 1) * this.count);
  }

  string(row: number, column: number): number {
    return this.#strings[column * this.count + row] ?? 0;
  }

  flags(row: number): number {
    return this.#flags[row] ?? 0;
  }

  id(row: number): string {
    this.#idText ??= this.#ids.toString('latin1');
    return this.#idText.slice(idLength * row, idLength * (row + 1));
  }

  /** The ids of all rows, in their order: written together, as each would be a call out of JavaScript. */
  setIds(ids: readonly string[]): void {
    this.#idText = ids.join('');
    this.#ids.write(this.#idText, 'latin1');
  }

  setFlags(row: number, flags: number): void {
    this.#flags[row] = flags;
  }

  setNumber(row: number, column: number, value: number): void {
    this.#numbers[column * this.count + row] = value;
  }

  setString(row: number, column: number, place: number): void {
    this.#strings[column * this.count + row] = place;
  }

  /** Takes a row, all but its id, over from other columns that share the strings. */
  copy(row: number, from: IndexColumns, fromRow: number, flags: number): void {
    for (let column = 0; column < numbersPerRow; column++) this.#numbers[column * this.count + row] = from.number(fromRow, column);
    for (let column = 0; column < stringsPerRow; column++) this.#strings[column * this.count + row] = from.string(fromRow, column);
    this.#flags[row] = flags;
  }
}

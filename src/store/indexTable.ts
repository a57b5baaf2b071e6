import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { FileStat } from './filePort.js';
import { IndexColumns, bytesPerRow, numberColumns, stringColumns } from './indexColumns.js';
import type { SessionBrief, StoreQuery } from './store.js';

/** What tells one state of a file or folder from another. */
export type FileMark = Pick<FileStat, 'mtimeMs' | 'ctimeMs' | 'size' | 'ino'>;

/** Facts of a row that are one bit each. */
export const rowFlags = {
  archived: 1,
  pinned: 2,
  problem: 4,
  /** There is a record. Without one the row is the transcript's, and so is its mark. */
  record: 8,
  transcript: 16,
  /** There is a folder `<id>/`, and so perhaps a lease. */
  folder: 32,
  /** Made out of what is left of a session: never kept from one scan to the next. */
  madeUp: 64,
} as const;

const markSchema = z.object({ mtimeMs: z.number(), ctimeMs: z.number(), size: z.number(), ino: z.number() });
const headerSchema = z.object({
  format: z.literal('skein-list-index-1'),
  endian: z.literal(endianness()),
  count: z.number().int().nonnegative(),
  scannedAt: z.number(),
  writtenAt: z.number(),
  folder: markSchema,
  strays: z.array(z.string()),
  strings: z.array(z.string()),
});

const noTags: readonly string[] = [];

export interface TableFacts {
  /** When the scan began that this table tells of, in milliseconds by the clock of whoever stamps the files. */
  readonly scannedAt: number;
  /** The state of `sessions/` in which its names were read. */
  readonly folder: FileMark;
  /** Names in `sessions/` that look like a record but are no id. */
  readonly strays: readonly string[];
}

/** What the list index knows, in memory and as bytes of its file. */
export class IndexTable {
  readonly facts: TableFacts;
  readonly columns: IndexColumns;
  /** What the string columns point into; the first is empty. */
  readonly strings: readonly string[];

  constructor(facts: TableFacts, columns: IndexColumns, strings: readonly string[]) {
    this.facts = facts;
    this.columns = columns;
    this.strings = strings;
  }

  get count(): number {
    return this.columns.count;
  }

  /** Whether the row was read from a file in this very state. */
  isMarked(row: number, mark: FileMark): boolean {
    const { columns } = this;
    return (
      columns.number(row, numberColumns.mtimeMs) === mark.mtimeMs &&
      columns.number(row, numberColumns.ctimeMs) === mark.ctimeMs &&
      columns.number(row, numberColumns.size) === mark.size &&
      columns.number(row, numberColumns.ino) === mark.ino
    );
  }

  mark(row: number): FileMark {
    const [mtimeMs, ctimeMs, size, ino] = [0, 1, 2, 3].map((column) => this.columns.number(row, column));
    return { mtimeMs: mtimeMs ?? 0, ctimeMs: ctimeMs ?? 0, size: size ?? 0, ino: ino ?? 0 };
  }

  brief(row: number): SessionBrief {
    return new RowBrief(this, row);
  }

  string(row: number, column: number): string {
    return this.strings[this.columns.string(row, column)] ?? '';
  }

  /** What rows are sorted by, a number a row; an unknown cost is less than none. */
  keys(sort: NonNullable<StoreQuery['sort']>): Float64Array {
    const keys = this.columns.numbers(numberColumns[sort]);
    return sort === 'cost' ? keys.map((cost) => (Number.isNaN(cost) ? -1 : cost)) : keys;
  }

  /** Eight hex digits (CRC-32 of the rest), a line of JSON padded to a multiple of eight bytes, the columns. */
  encode(writtenAt: number): Uint8Array {
    const { count, strings } = this;
    const header = JSON.stringify({ format: 'skein-list-index-1', endian: endianness(), count, writtenAt, ...this.facts, strings });
    const line = Buffer.from(`${header}\n`);
    const crc = crc32(this.columns.bytes, crc32(line));
    return Buffer.concat([Buffer.from(crc.toString(16).padStart(8, '0')), line, this.columns.bytes]);
  }

  /** The table of a file's bytes; `undefined` when they are anything but what `encode` gave. `mtimeMs` is the file's. */
  static decode(bytes: Uint8Array, mtimeMs: number): IndexTable | undefined {
    const end = bytes.indexOf(0x0a) + 1;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, end);
    if (end < 10 || Number.parseInt(text.toString('latin1', 0, 8), 16) !== crc32(bytes.subarray(8))) return undefined;
    const header = headerSchema.safeParse(JSON.parse(text.toString('utf8', 8))).data;
    if (header === undefined || bytes.length !== end + bytesPerRow * header.count) return undefined;
    // A file server's clock may differ from ours: the time that it gave the file says by how much.
    const scannedAt = Math.min(header.scannedAt, mtimeMs - (header.writtenAt - header.scannedAt));
    const columns = new IndexColumns(header.count, new Uint8Array(bytes.subarray(end)));
    return new IndexTable({ scannedAt, folder: header.folder, strays: header.strays }, columns, header.strings);
  }
}

/** A row as a brief: a filter looks at two or three of its fields, in thousands of rows. */
class RowBrief implements SessionBrief {
  readonly #table: IndexTable;
  readonly #row: number;

  constructor(table: IndexTable, row: number) {
    this.#table = table;
    this.#row = row;
  }

  get id(): string {
    return this.#table.columns.id(this.#row);
  }

  get backend(): string {
    return this.#table.string(this.#row, stringColumns.backend);
  }

  get status(): string {
    return this.#table.string(this.#row, stringColumns.status);
  }

  get model(): string {
    return this.#table.string(this.#row, stringColumns.model);
  }

  get workdir(): string {
    return this.#table.string(this.#row, stringColumns.workdir);
  }

  get tags(): readonly string[] {
    const tags = this.#table.string(this.#row, stringColumns.tags);
    return tags === '' ? noTags : tags.split('\0');
  }

  get archived(): boolean {
    return this.#has(rowFlags.archived);
  }

  get pinned(): boolean {
    return this.#has(rowFlags.pinned);
  }

  get problem(): boolean {
    return this.#has(rowFlags.problem);
  }

  get created(): number {
    return this.#number(numberColumns.created);
  }

  get last_used(): number {
    return this.#number(numberColumns.last_used);
  }

  get tokens(): number {
    return this.#number(numberColumns.tokens);
  }

  get cost_usd(): number | null {
    const cost = this.#number(numberColumns.cost);
    return Number.isNaN(cost) ? null : cost;
  }

  #has(flag: number): boolean {
    return (this.#table.columns.flags(this.#row) & flag) !== 0;
  }

  #number(column: number): number {
    return this.#table.columns.number(this.#row, column);
  }
}

/** Makes a new table of at most `count` rows, row after row: new ones by `add`, those that an older table knows by `keep`. Or replaces some rows of an older one. */
export class IndexTableBuilder {
  readonly #columns: IndexColumns;
  readonly #base: IndexTable | undefined;
  readonly #strings: Map<string, number>;
  readonly #last: { readonly text: string; readonly place: number }[] = [];
  /** Of the rows added or kept; a table that is changed in some rows has all its ids already. */
  readonly #ids: string[] = [];
  #row = 0;

  constructor(count: number, base: IndexTable | undefined, columns = new IndexColumns(count)) {
    this.#columns = columns;
    this.#base = base;
    this.#strings = new Map((base?.strings ?? ['']).map((text, index) => [text, index]));
  }

  /** Starts with all rows of a table, for `replace`. */
  static from(base: IndexTable): IndexTableBuilder {
    const builder = new IndexTableBuilder(base.count, base, base.columns.copied());
    builder.#row = base.count;
    return builder;
  }

  /** `present`: the bits `record`, `transcript` and `folder`. */
  keep(row: number, present: number): void {
    if (this.#base === undefined) return;
    const { archived, pinned, problem } = rowFlags;
    const kept = this.#base.columns.flags(row) & (archived | pinned | problem);
    this.#ids.push(this.#base.columns.id(row));
    this.#columns.copy(this.#row++, this.#base.columns, row, kept | present);
  }

  add(brief: SessionBrief, mark: FileMark, present: number): void {
    this.#ids.push(brief.id);
    this.replace(this.#row++, brief, mark, present);
  }

  /** `brief` is of the session that the row tells of already. */
  replace(row: number, brief: SessionBrief, mark: FileMark, present: number): void {
    const { archived, pinned } = brief;
    // A session without its transcript is one with a problem, whatever its record says.
    const problem = brief.problem || (present & rowFlags.transcript) === 0;
    const bits = (archived ? rowFlags.archived : 0) | (pinned ? rowFlags.pinned : 0) | (problem ? rowFlags.problem : 0);
    const columns = this.#columns;
    columns.setFlags(row, present | bits);
    columns.setNumber(row, numberColumns.mtimeMs, mark.mtimeMs);
    columns.setNumber(row, numberColumns.ctimeMs, mark.ctimeMs);
    columns.setNumber(row, numberColumns.size, mark.size);
    columns.setNumber(row, numberColumns.ino, mark.ino);
    columns.setNumber(row, numberColumns.last_used, brief.last_used);
    columns.setNumber(row, numberColumns.created, brief.created);
    columns.setNumber(row, numberColumns.tokens, brief.tokens);
    columns.setNumber(row, numberColumns.cost, brief.cost_usd ?? Number.NaN);
    this.#setString(row, stringColumns.backend, brief.backend);
    this.#setString(row, stringColumns.status, brief.status);
    this.#setString(row, stringColumns.model, brief.model);
    this.#setString(row, stringColumns.workdir, brief.workdir);
    this.#setString(row, stringColumns.tags, brief.tags.join('\0'));
  }

  finish(facts: TableFacts): IndexTable {
    const columns = this.#columns.first(this.#row);
    if (this.#ids.length > 0) columns.setIds(this.#ids);
    return new IndexTable(facts, columns, [...this.#strings.keys()]);
  }

  /** The row before mostly has the same text: comparing takes less than looking it up. */
  #setString(row: number, column: number, text: string): void {
    let last = this.#last[column];
    if (last?.text !== text) {
      last = { text, place: this.#strings.get(text) ?? this.#strings.size };
      this.#strings.set(text, last.place);
      this.#last[column] = last;
    }
    this.#columns.setString(row, column, last.place);
  }
}

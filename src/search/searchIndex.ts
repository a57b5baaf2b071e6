import { existsSync, mkdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Logger } from '../model/logger.js';
import { messageOf } from '../model/errors.js';
import type { ContentTerm } from '../model/splitQuery.js';
import { nodeSqlite } from '../sqlite/nodeSqlite.js';
import type { EntryText } from './entryText.js';
import { hasWords, indexedText, matchText } from './matchText.js';

/** Raised with every change of the tables: an index of another version is made anew. */
const version = 1;
/** An entry's row is `session << bits | position`, so that rows tell of their session without a join. */
const bits = 2 ** 24;

const tables = `
CREATE TABLE session(no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL) STRICT;
CREATE TABLE entry(no INTEGER PRIMARY KEY, entry TEXT NOT NULL, text TEXT NOT NULL, files TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5(text, files, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
INSERT INTO words(words, rank) VALUES('hashsize', 16777216);
INSERT INTO words(words, rank) VALUES('automerge', 16);
PRAGMA user_version = ${String(version)};
`;

/**
 * What was said in sessions, for finding it: a derived database that several processes share. Deleting it loses nothing.
 * A session is known by a key of the caller's, and current while its stamp is.
 */
export class SearchIndex {
  readonly #file: string;
  readonly #logger: Logger;
  #database: DatabaseSync;
  #isOpen = true;
  readonly #prepared = new Map<string, StatementSync>();

  private constructor(file: string, logger: Logger, database: DatabaseSync) {
    this.#file = file;
    this.#logger = logger;
    this.#database = database;
  }

  /** `undefined` where this Node has no SQLite. An index that is damaged or of another version is made anew. */
  static open(file: string, logger: Logger): SearchIndex | undefined {
    if (nodeSqlite() === undefined) return undefined;
    return new SearchIndex(file, logger, openDatabase(file, logger));
  }

  /** Whether its file is still there: who deletes it wants it made anew. */
  isThere(): boolean {
    return existsSync(this.#file);
  }

  /** Stamps of the sessions known, by key. */
  stamps(): ReadonlyMap<string, string> {
    return this.#guarded(() => {
      const rows = this.#all('SELECT key, stamp FROM session') as readonly { readonly key: string; readonly stamp: string }[];
      return new Map(rows.map(({ key, stamp }) => [key, stamp]));
    });
  }

  /**
   * Brings sessions up to date, in one transaction. Of each only what differs from the first differing entry on is written:
   * transcripts grow at their end. Another process that was faster has done the work already.
   */
  put(sessions: readonly { readonly key: string; readonly stamp: string; readonly texts: readonly EntryText[] }[]): void {
    this.#guarded(() => {
      this.#transaction(() => {
        for (const { key, stamp, texts } of sessions) this.#putOne(key, stamp, texts);
      });
    });
  }

  drop(keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.#guarded(() => {
      this.#transaction(() => {
        for (const key of keys) {
          const no = this.#numberOf(key);
          if (no === undefined) continue;
          this.#cutFrom(no * bits, no);
          this.#run('DELETE FROM session WHERE no = ?', no);
        }
      });
    });
  }

  /** The sessions in which a term is found, with the number of entries. */
  find(term: ContentTerm): ReadonlyMap<string, number> {
    return this.#guarded(() => {
      const rows = (
        isIndexed(term)
          ? this.#all(
              `SELECT key, n FROM (SELECT rowid / ${String(bits)} AS no, count(*) AS n FROM words WHERE words MATCH ? GROUP BY 1) JOIN session USING (no)`,
              matchText(term),
            )
          : this.#all(
              `SELECT key, n FROM (SELECT no / ${String(bits)} AS no, count(*) AS n FROM entry WHERE instr(text, ?) > 0 GROUP BY 1) JOIN session USING (no)`,
              term.kind === 'text' ? term.text : '',
            )
      ) as readonly { readonly key: string; readonly n: number }[];
      return new Map(rows.map(({ key, n }) => [key, n]));
    });
  }

  /** The last entries of a session that match any of the terms, those that match all first. */
  entries(key: string, terms: readonly ContentTerm[], limit: number): readonly EntryText[] {
    return this.#guarded(() => {
      const no = this.#numberOf(key);
      const indexed = terms.filter(isIndexed).map((term) => `(${matchText(term)})`);
      if (no === undefined || limit < 1) return [];
      const range = [no * bits, (no + 1) * bits] as const;
      const found = new Map<number, EntryText>();
      for (const match of indexed.length > 1 ? [indexed.join(' AND '), indexed.join(' OR ')] : indexed) {
        const rows = this.#all(
          'SELECT entry.no, entry.entry, entry.text, entry.files FROM words JOIN entry ON entry.no = words.rowid WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? ORDER BY words.rowid DESC LIMIT ?',
          match,
          ...range,
          limit,
        );
        this.#collect(rows, found, limit);
      }
      for (const term of terms.filter((one) => !isIndexed(one))) {
        const text = term.kind === 'text' ? term.text : '';
        const rows = this.#all(
          'SELECT no, entry, text, files FROM entry WHERE no >= ? AND no < ? AND instr(text, ?) > 0 ORDER BY no DESC LIMIT ?',
          ...range,
          text,
          limit,
        );
        this.#collect(rows, found, limit);
      }
      return [...found.values()];
    });
  }

  close(): void {
    this.#prepared.clear();
    if (this.#isOpen) this.#database.close();
    this.#isOpen = false;
  }

  #collect(rows: readonly unknown[], found: Map<number, EntryText>, limit: number): void {
    for (const row of rows as readonly (EntryText & { readonly no: number })[]) {
      if (found.size < limit && !found.has(row.no)) found.set(row.no, { entry: row.entry, text: row.text, files: row.files });
    }
  }

  #putOne(key: string, stamp: string, texts: readonly EntryText[]): void {
    let no = this.#numberOf(key);
    if (no === undefined) no = Number(this.#run('INSERT INTO session(key, stamp) VALUES(?, ?)', key, stamp).lastInsertRowid);
    else this.#run('UPDATE session SET stamp = ? WHERE no = ?', stamp, no);
    const old = this.#all(
      'SELECT entry, text, files FROM entry WHERE no >= ? AND no < ? ORDER BY no',
      no * bits,
      (no + 1) * bits,
    ) as readonly EntryText[];
    let same = 0;
    while (same < old.length && same < texts.length && isSame(old[same], texts[same])) same++;
    if (same < old.length) this.#cutFrom(no * bits + same, no);
    for (let index = same; index < Math.min(texts.length, bits); index++) {
      const { entry, text, files } = texts[index] ?? { entry: '', text: '', files: '' };
      this.#run('INSERT INTO entry(no, entry, text, files) VALUES(?, ?, ?, ?)', no * bits + index, entry, text, files);
      this.#run('INSERT INTO words(rowid, text, files) VALUES(?, ?, ?)', no * bits + index, indexedText(text), indexedText(files));
    }
  }

  #cutFrom(first: number, no: number): void {
    const end = (no + 1) * bits;
    this.#run('DELETE FROM words WHERE rowid IN (SELECT no FROM entry WHERE no >= ? AND no < ?)', first, end);
    this.#run('DELETE FROM entry WHERE no >= ? AND no < ?', first, end);
  }

  #numberOf(key: string): number | undefined {
    const [row] = this.#all('SELECT no FROM session WHERE key = ?', key) as readonly { readonly no: number }[];
    return row?.no;
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      try {
        this.#database.exec('ROLLBACK');
      } catch (second) {
        // SQLite has rolled back by itself.
        this.#logger.debug(messageOf(second));
      }
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql) ?? this.#database.prepare(sql);
    this.#prepared.set(sql, known);
    return known;
  }

  #all(sql: string, ...values: readonly (string | number)[]): readonly unknown[] {
    return this.#statement(sql).all(...values);
  }

  #run(sql: string, ...values: readonly (string | number)[]): { readonly lastInsertRowid: number | bigint } {
    return this.#statement(sql).run(...values);
  }

  /** A damaged index, and one that was deleted under our feet, is made anew: what it held is found again at the next update. */
  #guarded<T>(work: () => T): T {
    try {
      if (this.#isOpen && this.isThere()) return work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#logger.warn(`the search index is made anew: ${messageOf(error)}`);
      this.close();
      removeDatabase(this.#file);
    }
    this.close();
    this.#database = openDatabase(this.#file, this.#logger);
    this.#isOpen = true;
    return work();
  }
}

const isIndexed = (term: ContentTerm): boolean => term.kind === 'word' || hasWords(term.text);

const isSame = (a: EntryText | undefined, b: EntryText | undefined): boolean =>
  a?.entry === b?.entry && a?.text === b?.text && a?.files === b?.files;

const isDamage = (error: unknown): boolean => /malformed|not a database|corrupt|no such table|vtable constructor/i.test(messageOf(error));

function openDatabase(file: string, logger: Logger): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    return prepared(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    logger.warn(`the search index is made anew: ${messageOf(error)}`);
    removeDatabase(file);
    return prepared(file);
  }
}

function prepared(file: string): DatabaseSync {
  const Database = nodeSqlite();
  if (Database === undefined) throw new Error('this Node has no SQLite');
  const database = new Database(file);
  try {
    // Derived: a power cut may cost the last entries, which the next update finds missing, and never the rest.
    database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 1000; PRAGMA trusted_schema = OFF',
    );
    database.exec('BEGIN IMMEDIATE');
    const { user_version: found } = database.prepare('PRAGMA user_version').get() as { readonly user_version: number };
    if (found === 0) database.exec(tables);
    database.exec('COMMIT');
    if (found !== 0 && found !== version) throw new Error('not a database of this version');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function removeDatabase(file: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
}

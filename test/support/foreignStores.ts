import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { dirname, join } from 'node:path';

const fixtures = join(import.meta.dirname, '../fixtures');

/** Large stores of other programs, each made of copies of one session that the program itself wrote. Give the folder or file. */
export const foreignStores = {
  /** `count` sessions of `bytes` each in one project. */
  claude(home: string, count: number, bytes: number): string {
    const name = '77b1a9b9-87f6-456b-9ac1-a97f2360cd26';
    const folder = '.claude/projects/-projects-x-code-claude';
    const [first, ...rest] = linesOf(join(fixtures, 'claude', folder, `${name}.jsonl`));
    return writeCopies(join(home, folder), template([first ?? '', ...rest], bytes), count, (id) => `${name.replace(/^.{8}/, id)}.jsonl`);
  },

  /** `count` rollouts of `bytes` each, of one day. */
  codex(home: string, count: number, bytes: number): string {
    const name = 'rollout-2026-11-21T11-04-20-01a1fdc7-4f1f-7a50-ab81-4c3d82ffbe2b';
    const folder = '.codex/sessions/2026/11/21';
    const lines = linesOf(join(fixtures, 'codex', folder, `${name}.jsonl`));
    return writeCopies(join(home, folder), template(lines, bytes), count, (id) => `${name.replace('01a1fdc7', id)}.jsonl`);
  },

  /** A database with `count` sessions, their messages and parts, of about `bytes` each. */
  opencode(home: string, count: number, bytes: number): string {
    const path = '.local/share/opencode/opencode.db';
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(join(fixtures, 'opencode', path), file);
    const database = new DatabaseSync(file);
    try {
      database.exec('pragma journal_mode = off; begin');
      // One that ran a tool, whose output is what makes a session long, and that is no fork: a fork's copies would all be forks of each other.
      const [model] = database
        .prepare(
          `select s.id, p.id as tool, p.message_id as message from session s join part p on p.session_id = s.id
           where s.title not like '%(fork%' and json_extract(p.data, '$.type') = 'tool' limit 1`,
        )
        .all();
      const of = (table: string, key: string): readonly Row[] =>
        database.prepare(`select * from ${table} where ${key} = ?`).all(model?.['id'] ?? null);
      const long = Math.ceil(bytes / partBytes);
      const messages = of('message', 'session_id').flatMap((row) =>
        row['id'] === model?.['message'] ? [row, ...repeated(row, long)] : [row],
      );
      const parts = of('part', 'session_id').flatMap((row) =>
        row['id'] === model?.['tool'] ? [row, ...repeated(withOutput(row), long)] : [row],
      );
      for (const [table, rows] of Object.entries({ session: of('session', 'id'), message: messages, part: parts })) {
        writeRows(database, table, rows, count);
      }
      database.exec('commit');
    } finally {
      database.close();
    }
    return file;
  },
};

type Row = Readonly<Record<string, SQLInputValue>>;

/** Characters of a tool's output. */
const partBytes = 4000;

/** So many of a row that stands in the middle of a session, behind one another by their ids. */
const repeated = (row: Row, times: number): readonly Row[] =>
  Array.from({ length: times }, (_, n) => {
    const own = (id: SQLInputValue | undefined): SQLInputValue =>
      typeof id === 'string' ? `${id}-${String(n).padStart(4, '0')}-` : (id ?? null);
    return { ...row, id: own(row['id']), ...('message_id' in row && { message_id: own(row['message_id']) }) };
  });

function withOutput(row: Row): Row {
  const { data } = row;
  if (typeof data !== 'string') throw new Error('the part of a tool has no data');
  const part = JSON.parse(data) as { readonly state: { readonly output: string } };
  const output = `${part.state.output}\n`.repeat(Math.ceil(partBytes / (part.state.output.length + 1)));
  return { ...row, data: JSON.stringify({ ...part, state: { ...part.state, output } }) };
}

const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean);

/** Lines repeated up to a size, all but the last ones of the middle: a session's beginning and end are what they were. */
function template(lines: readonly string[], bytes: number): Buffer {
  const half = Math.ceil(lines.length / 2);
  const [head, tail] = [lines.slice(0, half), lines.slice(half)];
  let size = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const middle: string[] = [];
  const filler = lines.slice(1, -1);
  for (let n = 0; size < bytes; n++) {
    const line = filler[n % filler.length] ?? '';
    middle.push(line);
    size += Buffer.byteLength(line) + 1;
  }
  return Buffer.from(`${[...head, ...middle, ...tail].join('\n')}\n`);
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Each copy has ids of its own: the first eight digits of every UUID are the copy's number. */
function writeCopies(folder: string, bytes: Buffer, count: number, nameOf: (id: string) => string): string {
  mkdirSync(folder, { recursive: true });
  const places = Array.from(bytes.toString('latin1').matchAll(uuid), ({ index }) => index);
  for (let n = 0; n < count; n++) {
    const id = n.toString(16).padStart(8, '0');
    for (const place of places) bytes.write(id, place, 'latin1');
    const file = openSync(join(folder, nameOf(id)), 'wx');
    writeSync(file, bytes);
    closeSync(file);
  }
  return folder;
}

/** `count` copies of rows, each with ids of its own. */
function writeRows(database: DatabaseSync, table: string, rows: readonly Row[], count: number): void {
  const columns = Object.keys(rows[0] ?? {});
  const insert = database.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
  const isId = columns.map((column) => column === 'id' || column.endsWith('session_id') || column === 'message_id');
  for (let n = 0; n < count; n++) {
    for (const row of rows) {
      insert.run(
        ...columns.map((column, index) =>
          isId[index] === true && typeof row[column] === 'string' ? `${row[column]}${String(n)}` : (row[column] ?? null),
        ),
      );
    }
  }
}

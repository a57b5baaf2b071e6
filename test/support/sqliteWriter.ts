import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of its own that has a database open for writing. */
export interface SqliteWriter {
  exec(sql: string): Promise<void>;
  all(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Goes on running `sql` until `stop`, opening the file anew each time if `reopen`. */
  repeat(sql: string, options?: { readonly reopen?: boolean }): Promise<void>;
  /** How often it ran. */
  stop(): Promise<number>;
  /** Closes the database as a program does that ends in order. */
  close(): Promise<void>;
  /** Ends it as a crash does: what it had open stays as it is. */
  kill(): Promise<void>;
}

/** Starts a process that has the database at `path` open. */
export function startSqliteWriter(path: string): SqliteWriter {
  const child = fork(join(import.meta.dirname, 'sqliteWriterProcess.mjs'), [path], {
    execArgv: ['--no-warnings'],
    serialization: 'advanced',
  });
  const ask = async (order: string, argument?: unknown): Promise<unknown> => {
    child.send({ order, argument });
    const exited = once(child, 'exit').then(() => [{ error: 'the process that writes is gone' }]);
    const [answer] = (await Promise.race([once(child, 'message'), exited])) as [{ result?: unknown; error?: string }];
    if (answer.error !== undefined) throw new Error(`${order}: ${answer.error}`);
    return answer.result;
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    exec: async (sql) => {
      await ask('exec', sql);
    },
    all: async (sql) => (await ask('all', sql)) as Record<string, unknown>[],
    repeat: async (sql, { reopen = false } = {}) => {
      await ask('repeat', { sql, reopen });
    },
    stop: async () => Number(await ask('stop')),
    close: async () => {
      await ask('close');
      await kill();
    },
    kill,
  };
}

/** Runs with such a process, which is gone afterwards. */
export async function withSqliteWriter<T>(path: string, run: (writer: SqliteWriter) => Promise<T>): Promise<T> {
  const writer = startSqliteWriter(path);
  try {
    return await run(writer);
  } finally {
    await writer.kill();
  }
}

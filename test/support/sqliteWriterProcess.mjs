// The other party of a test of databases: a program that writes one, by the orders it is sent.
import { DatabaseSync } from 'node:sqlite';
import { clearTimeout, setTimeout } from 'node:timers';

let database = new DatabaseSync(process.argv[2]);
let loop;
let runs = 0;

const orders = {
  exec: (sql) => database.exec(sql),
  all: (sql) => database.prepare(sql).all(),
  /** Runs it again and again, also opening the file anew for each where `reopen` says so. */
  repeat: ({ sql, reopen }) => {
    const turn = () => {
      if (reopen) {
        database.close();
        database = new DatabaseSync(process.argv[2]);
        database.exec('pragma busy_timeout = 5000');
      }
      database.exec(sql);
      runs++;
      loop = setTimeout(turn, 1);
    };
    database.exec('pragma busy_timeout = 5000');
    loop = setTimeout(turn, 1);
  },
  stop: () => {
    clearTimeout(loop);
    return runs;
  },
  close: () => database.close(),
};

process.on('message', ({ order, argument }) => {
  try {
    process.send({ result: orders[order](argument) ?? null });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());

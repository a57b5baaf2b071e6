// A program of somebody else's, written from src/store/FORMAT.md alone: no code of the store, no lock library, no waiting
// on promises. It takes part in the concurrency test; its one argument says where and how much.
import fs from 'node:fs';
import os from 'node:os';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';

const job = JSON.parse(process.argv[2]);
const dir = `${job.root}/sessions`;
const base = `${dir}/${job.id}`;
const hex = (n) => randomBytes(n).toString('hex');
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const say = (what) => fs.appendFileSync(job.journal, `${what} ${process.pid}\n`);

function tolerate(codes, fn) {
  try {
    return fn();
  } catch (e) {
    if (!codes.includes(e.code)) throw e;
    return e.code;
  }
}

const statFields = (pid) => {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
const me = {
  program: 'outsider',
  host: os.hostname(),
  boot: `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fs.readlinkSync('/proc/self/ns/pid')}`,
  pid: process.pid,
  start: statFields('self')[19],
};

function isDead(owner) {
  if (owner.host !== me.host || owner.boot !== me.boot) return false; // this test has one host
  try {
    const f = statFields(owner.pid);
    return f[0] === 'Z' || (owner.start && f[19] !== owner.start);
  } catch {
    return true;
  }
}

function evictIfDead(lock) {
  let names;
  if (tolerate(['ENOENT'], () => void (names = fs.readdirSync(lock))) || !names.length) return;
  const mark = `${lock}/${names[0]}`;
  let text;
  if (tolerate(['ENOENT'], () => void (text = fs.readFileSync(mark, 'utf8')))) return;
  if (!isDead(JSON.parse(text))) return;
  tolerate(['ENOENT'], () => fs.unlinkSync(mark));
  tolerate(['ENOENT', 'ENOTEMPTY'], () => fs.rmdirSync(lock));
}

function locked(fn) {
  const lock = `${base}.lock`;
  const nonce = hex(16);
  const mine = `${dir}/.${job.id}.lock.${process.pid}.${hex(16)}.tmp`;
  fs.mkdirSync(mine, 0o700);
  fs.writeFileSync(`${mine}/owner-${nonce}.json`, JSON.stringify({ ...me, nonce }), { mode: 0o600 });
  while (tolerate(['ENOTEMPTY', 'EEXIST'], () => fs.renameSync(mine, lock))) {
    evictIfDead(lock);
    sleep(1 + Math.random() * 30);
  }
  try {
    return fn();
  } finally {
    fs.unlinkSync(`${lock}/owner-${nonce}.json`);
    tolerate(['ENOENT', 'ENOTEMPTY'], () => fs.rmdirSync(lock));
  }
}

function append(line) {
  const fd = fs.openSync(`${base}.jsonl`, fs.constants.O_RDWR | fs.constants.O_APPEND);
  const { size } = fs.fstatSync(fd);
  const last = Buffer.alloc(1);
  fs.readSync(fd, last, 0, 1, size - 1);
  fs.writeSync(fd, `${last[0] === 10 ? '' : '\n'}${JSON.stringify({ id: hex(16), timestamp: new Date().toISOString(), ...line })}\n`);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

function update(change) {
  say('enter');
  const record = JSON.parse(fs.readFileSync(`${base}.json`, 'utf8'));
  const fields = change(record);
  append({ type: 'info', ...fields });
  const temporary = `${dir}/.${job.id}.json.${process.pid}.${hex(16)}.tmp`;
  const fd = fs.openSync(temporary, 'wx', 0o600);
  fs.writeSync(fd, JSON.stringify({ ...record, ...fields, revision: record.revision + 1 }));
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temporary, `${base}.json`);
  say('leave');
  const folder = fs.openSync(dir, 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

for (let i = 0; i < Math.max(job.updates, job.appends); i++) {
  if (i < job.updates) {
    const key = `slot_${job.slot}`;
    locked(() => update(({ metadata: m }) => ({ metadata: { ...m, [key]: (m[key] || 0) + 1, sum: (m.sum || 0) + 1 } })));
    say(`updated ${job.slot}`);
  }
  if (i < job.appends) {
    const id = `entry-${job.slot}-${process.pid}-${i}`;
    locked(() => append({ type: 'message', id, message: { role: 'user', content: [{ type: 'text', text: id }] } }));
    say(`appended ${id}`);
  }
}

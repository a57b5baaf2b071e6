import assert from 'node:assert/strict';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { entrySchema, type Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { sizeBelow } from '../support/entriesBelow.js';
import { withCli, type CliPlace } from '../support/cli.js';

// The gates of Session-Bench 0.3, each held against a session that the program itself wrote. C4 (cost) needs an agent that
// reports dollars: it is in claudeSession.test.ts. T1 and O3 rest on the published schemas, which storeSchema.test.ts keeps
// current; here what was written is held against them.

const probe = 'List the files in the current directory, then say hello in one sentence.';

interface Written {
  readonly place: CliPlace;
  readonly id: string;
  readonly store: string;
  readonly transcript: string;
  readonly lines: readonly Record<string, unknown>[];
}

async function withSession(prompt: string, run: (written: Written) => Promise<void> | void): Promise<void> {
  await withCli(async (place) => {
    await writeFile(join(place.folder, 'auth.go'), 'package auth\n');
    const id = await place.start(prompt);
    const store = join(place.folder, '.skein');
    const transcript = join(store, 'sessions', `${id}.jsonl`);
    const text = await readFile(transcript, 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    await run({ place, id, store, transcript, lines });
  });
}

const contentKeys = new Set(['text', 'content', 'message', 'thinking', 'output', 'result', 'summary', 'title', 'prompt']);

/** Lines whose size is the conversation's own; all others are bookkeeping. */
const said = new Set(['message', 'thinking', 'tool_call', 'compact']);

/** Bytes of the strings that stand under a content-like key, anywhere in a value. */
function contentBytes(value: unknown, under = false): number {
  if (typeof value === 'string') return under ? Buffer.byteLength(value) : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, field]) => sum + contentBytes(field, under || contentKeys.has(key)), 0);
}

const messages = (entries: readonly Entry[], role: string) =>
  entries.flatMap((entry) => (entry.type === 'message' && entry.message.role === role ? [entry] : []));

describe('a session, by the gates of Session-Bench', () => {
  test('S1 lean: the probe task adds at most 10 KB to the store', async () => {
    await withSession(probe, async ({ store }) => {
      const size = await sizeBelow(store);
      assert.ok(size <= 10_240, `${String(size)} bytes`);
    });
  });

  test('S2 content share, S3 no dumps', async () => {
    await withSession('How do I install a real agent, and what can you do?', async ({ lines, transcript }) => {
      const bytes = (await stat(transcript)).size;
      assert.ok(contentBytes(lines) >= bytes / 4, `${String(contentBytes(lines))} of ${String(bytes)} bytes`);
      const dumps = lines.filter((line) => !said.has(String(line['type'])) && JSON.stringify(line).length > 25_000);
      assert.deepEqual(dumps, []);
    });
  });

  test('C1 timestamps, C2 model, C3 tokens, C5 tools, C6 rationale', async () => {
    await withSession(`/think the folder\n/tool\n${probe}`, ({ lines }) => {
      const entries = lines.map((line) => entrySchema.parse(line));
      for (const { timestamp } of entries) assert.ok(!Number.isNaN(Date.parse(timestamp)));
      const answers = messages(entries, 'assistant');
      assert.ok(answers.length > 0);
      for (const answer of answers) assert.equal(answer.model, 'demo');
      const used = answers.reduce((sum, { usage }) => sum + (usage?.total ?? 0), 0);
      assert.ok(used > 0);
      const calls = entries.flatMap((entry) => (entry.type === 'tool_call' ? [entry.call] : []));
      assert.ok(
        calls.some(({ status, output }) => status === 'completed' && (output ?? '').includes('auth.go')),
        JSON.stringify(calls),
      );
      assert.ok(entries.some((entry) => entry.type === 'thinking' && entry.text !== ''));
    });
  });

  test('C7 threads: a fork is found by its links, in both files', async () => {
    await withSession(probe, async ({ place, id, store }) => {
      const forked = await place.run(['sessions', 'fork', id]);
      assert.equal(forked.code, 0, forked.stderr);
      const rows = (await place.run(['sessions', 'list', '--json'])).json() as { id: string; parent_id?: string }[];
      const fork = rows.find(({ parent_id }) => parent_id === id);
      assert.ok(fork);
      const [head] = (await readFile(join(store, 'sessions', `${fork.id}.jsonl`), 'utf8')).split('\n');
      assert.equal((JSON.parse(head ?? '') as { parent?: { id: string } }).parent?.id, id);
    });
  });

  test('T2 version and T3 honest: what is declared is what is there', async () => {
    await withSession(probe, async ({ store, id, lines }) => {
      assert.equal(lines[0]?.['version'], 1);
      const record = JSON.parse(await readFile(join(store, 'sessions', `${id}.json`), 'utf8')) as { version: number };
      assert.equal(record.version, 1);
      for (const line of lines) entrySchema.parse(line);
    });
  });

  test('T1 no break and O3 documented: what is written fits the published schemas', async () => {
    await withSession(probe, async ({ store, id, lines }) => {
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      const schema = async (name: string) =>
        ajv.compile(JSON.parse(await readFile(new URL(`../../src/store/schema/${name}`, import.meta.url), 'utf8')) as object);
      const isEntry = await schema('entry.json');
      for (const line of lines) assert.ok(isEntry(line), JSON.stringify(isEntry.errors));
      const isRecord = await schema('record.json');
      assert.ok(isRecord(JSON.parse(await readFile(join(store, 'sessions', `${id}.json`), 'utf8'))), JSON.stringify(isRecord.errors));
    });
  });

  test('O2 live: whoever reads along in the one file has the whole record, which only ever grows', async () => {
    await withSession(probe, async ({ place, id, transcript }) => {
      const before = await readFile(transcript);
      assert.equal((await place.run(['--session', id, 'And then?'])).code, 0);
      assert.equal((await place.run(['sessions', 'rename', id, 'Another name'])).code, 0);
      const after = await readFile(transcript);
      assert.ok(after.subarray(0, before.length).equals(before));
      assert.match(after.subarray(before.length).toString('utf8'), /And then\?[^]*"title":"Another name"/);
    });
  });

  test('O1 plain, O4 place: two text files in one known folder', async () => {
    await withSession(probe, async ({ store, id }) => {
      const names = await readdir(join(store, 'sessions'));
      assert.ok(names.includes(`${id}.json`) && names.includes(`${id}.jsonl`));
      for (const name of [`${id}.json`, `${id}.jsonl`]) {
        new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(store, 'sessions', name)));
      }
    });
  });

  test('P1 naive reader: every message exactly once, in order', async () => {
    await withSession(probe, async ({ place, id, transcript }) => {
      assert.equal((await place.run(['--session', id, 'And what did I ask first?'])).code, 0);
      const lines = (await readFile(transcript, 'utf8')).trimEnd().split('\n');
      const said = lines
        .map((line) => JSON.parse(line) as Entry)
        .flatMap((entry) => (entry.type === 'message' ? [[entry.message.role, entry.id]] : []));
      assert.deepEqual(
        said.map(([role]) => role),
        ['user', 'assistant', 'user', 'assistant'],
      );
      assert.equal(new Set(said.map(([, one]) => one)).size, 4);
    });
  });

  test('P3 self-contained: the transcript alone tells title, folder and model', async () => {
    await withSession(probe, async ({ place, id, lines }) => {
      const facts: Record<string, unknown> = {};
      for (const line of lines) for (const key of ['title', 'workdir', 'model']) if (line[key] !== undefined) facts[key] = line[key];
      const record = (await place.run(['sessions', 'show', id, '--json'])).json() as Record<string, unknown>;
      assert.equal(facts['title'], record['title']);
      assert.equal(facts['workdir'], record['workdir']);
      assert.equal(facts['model'], 'demo');
    });
  });

  test('P2 crash: a truncated last write costs at most one entry', async () => {
    await withSession(probe, async ({ place, id, transcript }) => {
      const whole = (await place.run(['sessions', 'history', id, '--json'])).json() as Entry[];
      const bytes = await readFile(transcript);
      const lastLine = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
      for (const cut of [lastLine + 1, Math.floor((lastLine + bytes.length) / 2), bytes.length - 2]) {
        await writeFile(transcript, bytes);
        await truncate(transcript, cut);
        const left = (await place.run(['sessions', 'history', id, '--json'])).json() as Entry[];
        assert.ok(left.length >= whole.length - 1);
        assert.deepEqual(left, whole.slice(0, left.length));
        // What comes next begins on a line of its own, so that the torn one goes on costing itself alone.
        assert.equal((await place.run(['--session', id, 'Go on'])).code, 0);
        const more = (await place.run(['sessions', 'history', id, '--json'])).json() as Entry[];
        assert.deepEqual(more.slice(0, left.length), left);
        assert.deepEqual(
          messages(more.slice(left.length), 'user').map(({ message }) => textOf(message.content)),
          ['Go on'],
        );
      }
    });
  });
});

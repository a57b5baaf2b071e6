import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../src/model/entry.js';
import { nodeFilePort as port } from '../../src/store/filePort.js';
import { appendLines, createTranscript, readEntries, scanTranscript } from '../../src/store/transcriptFile.js';
import { readLines } from '../../src/store/transcriptLines.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { message } from '../support/scratchStore.js';

function scratchFile(t: TestContext): string {
  const { folder, remove } = makeScratchFolder('transcript');
  t.after(remove);
  return path.join(folder, 't.jsonl');
}

const ids = (entries: readonly Entry[]): readonly string[] => entries.map((entry) => entry.id);

const anyEntry = fc.record({ text: fc.string({ unit: 'binary' }), thinks: fc.boolean() });
const entryFrom = (id: string, { text, thinks }: { text: string; thinks: boolean }): Entry =>
  thinks
    ? { type: 'thinking', id, timestamp: '2026-01-27T10:00:00.000Z', text }
    : message(id, 'user', { message: { role: 'user', content: [{ type: 'text', text }] } });

describe('appending', () => {
  test('any entries come back as they were, in order, each once', async (t) => {
    const file = scratchFile(t);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyEntry, { maxLength: 4 }), { maxLength: 6 }), async (batches) => {
        writeFileSync(file, '');
        let count = 0;
        const written = batches.map((batch) => batch.map((entry) => entryFrom(`e${String(count++)}`, entry)));
        for (const batch of written) await appendLines(port, file, batch);
        // What JSON cannot hold, half a surrogate pair, is escaped and comes back too.
        assert.deepEqual((await readEntries(port, file)).entries, written.flat());
      }),
      { numRuns: 60 },
    );
  });

  test('after a crash at any byte costs at most the torn line, and nothing is cut', async (t) => {
    const file = scratchFile(t);
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEntry, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (batch, where) => {
          const written = batch.map((entry, index) => entryFrom(`e${String(index)}`, entry));
          await createTranscriptAnew(file, written);
          const whole = readFileSync(file);
          const torn = whole.subarray(0, Math.floor(whole.length * where));
          writeFileSync(file, torn);
          const size = await appendLines(port, file, [message('after')]);
          assert.deepEqual(readFileSync(file).subarray(0, torn.length), torn);
          assert.equal(size, statSync(file).size);
          const { entries } = await readEntries(port, file);
          const lines = torn.toString('latin1').split('\n').length - 1;
          const kept = ids(entries).slice(0, -1);
          assert.equal(ids(entries).at(-1), 'after');
          assert.deepEqual(kept, ids(written).slice(0, kept.length));
          assert.ok(kept.length === lines || kept.length === lines + 1, 'a line that lost its newline alone is still whole');
        },
      ),
      { numRuns: 100 },
    );
  });

  test('never makes the file, never follows a link', async (t) => {
    const file = scratchFile(t);
    await assert.rejects(appendLines(port, file, [message('a')]), { code: 'ENOENT' });
    assert.ok(!existsSync(file));
    writeFileSync(`${file}.target`, '');
    symlinkSync(`${file}.target`, file);
    await assert.rejects(appendLines(port, file, [message('a')]), { code: 'ELOOP' });
  });

  test('refuses an entry that does not fit before anything is written', async (t) => {
    const file = scratchFile(t);
    writeFileSync(file, '');
    await assert.rejects(appendLines(port, file, [message('a'), message('')]), { code: 'usage' });
    assert.equal(statSync(file).size, 0);
  });
});

async function createTranscriptAnew(file: string, entries: readonly Entry[]): Promise<void> {
  await createTranscript(port, file, entries);
}

describe('reading', () => {
  test('passes over what is no entry and says what and where', async (t) => {
    const file = scratchFile(t);
    await createTranscript(port, file, [message('a')]);
    appendFileSync(file, '{"half": \n\n');
    appendFileSync(file, Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]));
    appendFileSync(file, '{"type":"hologram","id":"x","timestamp":"2026-01-27T10:00:00.000Z"}\n{"type":"message","id":"bad"}\n');
    appendFileSync(file, `${JSON.stringify(message('b'))}\n{"type":"mess`);
    const { entries, skipped } = await readEntries(port, file);
    assert.deepEqual(ids(entries), ['a', 'b']);
    assert.deepEqual(
      skipped.map(({ kind, detail }) => [kind, detail.replace(/^.* at byte \d+ /, '')]),
      [
        ['damaged', 'is not JSON'],
        ['damaged', 'is not UTF-8'],
        ['newer', 'has the unknown type "hologram"'],
        ['damaged', 'does not fit at "timestamp": Invalid input: expected string, received undefined'],
        ['damaged', 'is not JSON (it was not finished)'],
      ],
    );
  });

  test('takes an entry that was written twice once', async (t) => {
    const file = scratchFile(t);
    await createTranscript(port, file, [message('a'), message('b'), message('a')]);
    assert.deepEqual(ids((await readEntries(port, file)).entries), ['a', 'b']);
  });

  test('sets aside what a holder wrote after its lease was taken over', async (t) => {
    const file = scratchFile(t);
    const lease: Entry = { type: 'lease', id: 'l', timestamp: '2026-01-27T10:00:00.000Z', epoch: 2 };
    const lines = [
      message('early', 'user', { epoch: 1 }),
      lease,
      message('late', 'user', { epoch: 1 }),
      message('new', 'user', { epoch: 2 }),
      message('free'),
    ];
    await createTranscript(port, file, lines);
    const { entries } = await readEntries(port, file);
    assert.deepEqual(ids(entries), ['early', 'l', 'new', 'free']);
    const scan = await scanTranscript(port, file, () => undefined);
    assert.deepEqual([scan.epoch, scan.setAside, scan.bytes], [2, 1, statSync(file).size]);
  });

  test('takes each line once, in order, or sets it aside, whatever the epochs', async (t) => {
    const file = scratchFile(t);
    const anyLine = fc.record({ lease: fc.boolean(), epoch: fc.option(fc.nat(4), { nil: undefined }), id: fc.nat(6) });
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine, { maxLength: 30 }), fc.nat(30), async (made, cut) => {
        const lines = made.map(({ lease, epoch, id }, index): Entry => {
          const timestamp = '2026-01-27T10:00:00.000Z';
          const line = String(index);
          if (lease) return { type: 'lease', id: `e${String(id)}`, timestamp, epoch: epoch ?? 0, line };
          return message(`e${String(id)}`, 'user', { ...(epoch === undefined ? {} : { epoch }), line });
        });
        await createTranscriptAnew(file, lines);
        // The rules of FORMAT.md, word for word.
        let highest = 0;
        const [taken, aside, ids] = [[] as Entry[], [] as Entry[], new Set<string>()];
        for (const line of lines) {
          if (line.epoch !== undefined && line.epoch < highest) {
            aside.push(line);
            continue;
          }
          if (line.type === 'lease') highest = line.epoch;
          if (!ids.has(line.id)) taken.push(line);
          ids.add(line.id);
        }
        const read: Entry[] = [];
        const readAside: Entry[] = [];
        const scan = await scanTranscript(port, file, (entry) => void read.push(entry), { aside: (entry) => readAside.push(entry) });
        assert.deepEqual([read, readAside, scan.epoch, scan.setAside], [taken, aside, highest, aside.length]);
        // Read in two goes, as one does who follows it, it comes to the same.
        const bytes = Buffer.byteLength(
          lines
            .slice(0, cut)
            .map((line) => `${JSON.stringify(line)}\n`)
            .join(''),
        );
        writeFileSync(`${file}.start`, readFileSync(file).subarray(0, bytes));
        const start = await readEntries(port, `${file}.start`);
        const { epoch } = await scanTranscript(port, `${file}.start`, () => undefined);
        const rest: Entry[] = [];
        await scanTranscript(port, file, (entry) => void rest.push(entry), { from: bytes, epoch });
        const known = new Set(start.entries.map(({ id }) => id));
        assert.deepEqual([...start.entries, ...rest.filter(({ id }) => !known.has(id))], taken);
      }),
      { numRuns: 200 },
    );
  });

  test('gives the last so many', async (t) => {
    const file = scratchFile(t);
    await createTranscript(
      port,
      file,
      Array.from({ length: 500 }, (_, index) => message(`e${String(index)}`)),
    );
    assert.deepEqual(ids((await readEntries(port, file, 3)).entries), ['e497', 'e498', 'e499']);
    assert.deepEqual((await readEntries(port, file, 0)).entries, []);
    assert.equal((await readEntries(port, file, 1000)).entries.length, 500);
  });

  test('stops when told to', async (t) => {
    const file = scratchFile(t);
    await createTranscript(port, file, [message('a'), message('b'), message('c')]);
    const seen: string[] = [];
    await scanTranscript(port, file, (entry) => seen.push(entry.id) < 2);
    assert.deepEqual(seen, ['a', 'b']);
  });

  test('reads a line of 50 MB, and passes over one that is too long without holding it', async (t) => {
    const file = scratchFile(t);
    const text = 'x'.repeat(50 * 1024 * 1024);
    await createTranscript(port, file, [
      message('a'),
      message('big', 'user', { message: { role: 'user', content: [{ type: 'text', text }] } }),
      message('b'),
    ]);
    assert.deepEqual(ids((await readEntries(port, file)).entries), ['a', 'big', 'b']);
    const lengths: (number | undefined)[] = [];
    for await (const line of readLines(port, file, 0, 1000)) lengths.push(line.bytes?.length);
    assert.equal(lengths.length, 3);
    assert.equal(lengths[1], undefined);
  });
});

test('lines are found as they are, wherever the chunks end', async (t) => {
  const file = scratchFile(t);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.nat({ max: 40 }), fc.integer({ min: 65_400, max: 65_600 }), fc.integer({ min: 262_000, max: 262_300 })), {
        maxLength: 5,
      }),
      fc.boolean(),
      async (lengths, ended) => {
        const lines = lengths.map((length, index) => String.fromCharCode(97 + index).repeat(length));
        const text = lines.join('\n') + (ended ? '\n' : '');
        writeFileSync(file, text);
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        const found: string[] = [];
        let end = 0;
        for await (const line of readLines(port, file)) {
          assert.equal(line.start, end);
          end = line.end;
          found.push(Buffer.from(line.bytes ?? []).toString());
        }
        assert.deepEqual(found, expected);
        assert.equal(end, text.length);
      },
    ),
    { numRuns: 40 },
  );
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Finding } from '../../src/model/report.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import type { OpenStoreOptions } from '../../src/store/openStore.js';
import { deadOwner } from '../support/deadOwner.js';
import { openScratchStore } from '../support/openScratchStore.js';
import { probedPort } from '../support/probedPort.js';
import { message } from '../support/scratchStore.js';
import { storeFiles } from '../support/storeFiles.js';

const [seen, other] = ['a'.repeat(32), 'b'.repeat(32)] as [string, string];
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const digest = digestOf(png);
const picture = { type: 'image', mime_type: 'image/png', data: png.toString('base64') } as const;
const naming = (blob: string) => ({ type: 'image', mime_type: 'image/png', blob });
const withPicture = (id: string) => message(id, 'user', { message: { role: 'user', content: [picture] } });

/** A store whose session `seen` has a picture in a prompt, all of its pictures of long ago. */
async function storeWithPicture(t: TestContext, options: Partial<OpenStoreOptions> = {}) {
  const scratch = openScratchStore(t, options);
  const { store } = scratch;
  await store.create({ id: seen, workdir: '/p', title: 'Fix login' }, [withPicture('question')]);
  await store.create({ id: other, workdir: '/p', title: 'Another' }, [message('hello')]);
  const blobs = path.join(store.root, 'blobs');
  /** Puts a file there, written before any prompt of now. */
  const put = (bytes: Uint8Array | string, name = digestOf(Buffer.from(bytes))): string => {
    writeFileSync(path.join(blobs, name), bytes);
    age(path.join(blobs, name));
    return name;
  };
  age(path.join(blobs, digest));
  const look = async (fix = false): Promise<readonly string[]> => short(store.root, await store.doctor({ fix }));
  return { ...scratch, blobs, put, look };
}

function age(file: string): void {
  const longAgo = new Date(Date.now() - 7_200_000);
  utimesSync(file, longAgo, longAgo);
}

const short = (root: string, findings: readonly Finding[]): string[] =>
  findings.map(({ kind, path: file }) => `${kind} ${path.relative(root, file)}`).sort();

describe('a picture that nothing names any more', () => {
  test('goes to salvage, and comes back with undo', async (t) => {
    const { store, put, look } = await storeWithPicture(t);
    assert.deepEqual(await look(), []);
    const left = put('nobody’s');
    const before = storeFiles(store.root);
    assert.deepEqual(await look(true), [`orphaned blobs/${left}`]);
    assert.deepEqual(
      [...before.keys()].filter((file) => !storeFiles(store.root).has(file)),
      [`blobs/${left}`],
    );
    assert.deepEqual(await look(), []);
    assert.equal((await store.undo())?.what, 'Mended one thing');
    assert.deepEqual(storeFiles(store.root), before);
  });

  test('is left alone while it is young', async (t) => {
    const { blobs, look } = await storeWithPicture(t);
    const name = digestOf(Buffer.from('new'));
    writeFileSync(path.join(blobs, name), 'new');
    assert.deepEqual(await look(), []);
  });

  test('is young again when a prompt has it', async (t) => {
    const { store, blobs } = await storeWithPicture(t);
    const before = Date.now() - 60_000;
    await store.append(other, [withPicture('again')]);
    assert.ok(statSync(path.join(blobs, digest)).mtimeMs > before);
    assert.deepEqual(readFileSync(path.join(blobs, digest)), png);
  });

  test('stays when a prompt takes it up after the look', async (t) => {
    let file = '';
    // The prompt comes right after the first look at its time.
    const after = (call: string, [at]: readonly unknown[]): void => {
      if (call !== 'lstat' || at !== file) return;
      file = '';
      utimesSync(at, new Date(), new Date());
    };
    const { store, blobs, put, look } = await storeWithPicture(t, { port: probedPort(nodeFilePort, { after }) });
    const left = put('nobody’s');
    file = path.join(blobs, left);
    assert.deepEqual(await look(true), [`orphaned blobs/${left}`]);
    assert.ok(existsSync(path.join(blobs, left)));
    assert.equal(await store.undo(), null);
  });

  test('that is kept again after it was moved does not keep undo from the rest', async (t) => {
    const { store, blobs, put, look } = await storeWithPicture(t);
    const [one, two] = [put('one'), put('two')];
    assert.equal((await look(true)).length, 2);
    await store.append(other, [
      message('b', 'user', { message: { role: 'user', content: [{ ...picture, data: Buffer.from('one').toString('base64') }] } }),
    ]);
    assert.equal((await store.undo())?.what, 'Mended 2 things');
    assert.deepEqual(
      [one, two].map((name) => readFileSync(path.join(blobs, name), 'utf8')),
      ['one', 'two'],
    );
  });
});

describe('a picture is named', () => {
  const names: Readonly<
    Record<string, (place: { readonly root: string; readonly blob: string; readonly transcript: string }) => void | Promise<void>>
  > = {
    'by a line that was set aside or of a newer program': ({ transcript, blob }) =>
      appendFileSync(
        transcript,
        `${JSON.stringify({ type: 'hologram', id: 'h', timestamp: '2026-01-27T10:00:00.000Z', parts: [naming(blob)] })}\n`,
      ),
    'by a line that is damaged': ({ transcript, blob }) => appendFileSync(transcript, `{"type":"message","content":[{"blob": "${blob}"\n`),
    'by what streamed when its process died': async ({ root, blob }) => {
      mkdirSync(path.join(root, 'sessions', other));
      const entry = { ...message('p'), message: { role: 'user', content: [naming(blob)] } };
      const lines = [{ type: 'partial', owner: await deadOwner() }, entry];
      writeFileSync(path.join(root, 'sessions', other, 'partial.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    },
    'by a prompt that waits': ({ root, blob }) => {
      mkdirSync(path.join(root, 'sessions', other));
      writeFileSync(path.join(root, 'sessions', other, 'queue.json'), JSON.stringify({ prompts: [{ id: 'q', content: [naming(blob)] }] }));
    },
    'by a transcript that was moved out of the way': ({ root, blob }) => {
      mkdirSync(path.join(root, 'salvage/1/0'), { recursive: true });
      writeFileSync(path.join(root, `salvage/1/0/${other}.jsonl`), `${JSON.stringify(naming(blob))}\n`);
    },
    'by a change that can be undone': ({ root, blob }) =>
      appendFileSync(path.join(root, 'journal.jsonl'), `${JSON.stringify({ act: naming(blob) })}\n`),
  };
  for (const [name, write] of Object.entries(names)) {
    test(name, async (t) => {
      const { store, put, look, paths } = await storeWithPicture(t);
      const blob = put('named elsewhere');
      await write({ root: store.root, blob, transcript: paths(other).transcript });
      assert.ok(!(await look()).some((found) => found.includes('blobs/')));
      await look(true);
      assert.ok(existsSync(path.join(store.root, 'blobs', blob)));
    });
  }

  test('by a session in the trash, and by one that comes out of it under the look', async (t) => {
    let back = (): void => undefined;
    const after = (call: string, [at]: readonly unknown[]): void => {
      if (call === 'readdir' && String(at).endsWith('sessions')) back();
    };
    const { store, look } = await storeWithPicture(t, { port: probedPort(nodeFilePort, { after }) });
    await store.remove([seen]);
    assert.deepEqual(await look(), []);
    const [folder = ''] = readdirSync(path.join(store.root, 'trash'));
    let looks = 0;
    back = () => {
      // The sessions were listed for the last time before the trash is: it is empty by then.
      if (++looks !== 3) return;
      for (const name of readdirSync(path.join(store.root, 'trash', folder))) {
        renameSync(path.join(store.root, 'trash', folder, name), path.join(store.root, 'sessions', name));
      }
    };
    assert.deepEqual(await look(), []);
    assert.ok(looks >= 3);
    assert.ok(existsSync(path.join(store.root, 'sessions', `${seen}.jsonl`)));
  });
});

describe('a picture that is named', () => {
  test('and gone is told with its sessions', async (t) => {
    const { store, blobs, look } = await storeWithPicture(t);
    await store.append(other, [withPicture('the same')]);
    rmSync(path.join(blobs, digest));
    const [finding] = await store.doctor();
    assert.deepEqual([finding?.kind, finding?.path, finding?.fix], ['damaged', path.join(blobs, digest), undefined]);
    assert.match(finding?.detail ?? '', /^sessions (aaaaaaaa, bbbbbbbb|bbbbbbbb, aaaaaaaa) name this picture, and it is not there/);
    rmSync(blobs, { recursive: true });
    assert.deepEqual(await look(true), [`damaged blobs/${digest}`]);
    await store.remove([seen, other]);
    assert.deepEqual(await look(), [], 'the trash is not asked for pictures');
  });

  test('and is not what it was goes out of the way, so that the same one can be kept again', async (t) => {
    const { store, blobs, put, look } = await storeWithPicture(t);
    put('something else', digest);
    assert.deepEqual(await look(true), [`damaged blobs/${digest}`]);
    assert.deepEqual(await look(), [`damaged blobs/${digest}`], 'it is gone now');
    await store.undo();
    assert.equal(readFileSync(path.join(blobs, digest), 'utf8'), 'something else');
    await look(true);
    await store.append(other, [withPicture('again')]);
    assert.deepEqual(await look(), []);
  });

  test('by another program’s name is taken as it is', async (t) => {
    const { store, put, look } = await storeWithPicture(t);
    const name = put('of another program', '0123456789abcdef.png');
    await store.append(other, [
      message('theirs', 'user', { message: { role: 'user', content: [{ type: 'image', mime_type: 'image/png', blob: name }] } }),
    ]);
    assert.deepEqual(await look(), []);
  });
});

test('what is no picture among them is told, and links are not followed', async (t) => {
  const { store, folder, blobs, put, look } = await storeWithPicture(t);
  writeFileSync(path.join(folder, 'private'), 'private');
  symlinkSync(path.join(folder, 'private'), path.join(blobs, digestOf(Buffer.from('private'))));
  mkdirSync(path.join(blobs, 'folder'));
  put('mine', 'notes.txt');
  put('half', `.${digest}.1.${'c'.repeat(32)}.tmp`);
  writeFileSync(path.join(blobs, `.${digest}.2.${'d'.repeat(32)}.tmp`), 'being written');
  assert.deepEqual(await look(true), [
    `link blobs/${digestOf(Buffer.from('private'))}`,
    `stale_temporary blobs/.${digest}.1.${'c'.repeat(32)}.tmp`,
    'stray_file blobs/folder',
    'stray_file blobs/notes.txt',
  ]);
  assert.deepEqual(await look(), []);

  rmSync(blobs, { recursive: true });
  mkdirSync(path.join(folder, 'theirs'));
  writeFileSync(path.join(folder, 'theirs', 'x'), 'x');
  symlinkSync(path.join(folder, 'theirs'), blobs);
  assert.deepEqual(await look(true), ['link blobs']);
  assert.deepEqual(readdirSync(path.join(folder, 'theirs')), ['x']);
  assert.equal((await store.row(seen)).title, 'Fix login');
});

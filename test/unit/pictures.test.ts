import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ContentBlock } from '../../src/model/entry.js';
import { pictureType } from '../../src/model/pictureType.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { withFolder, type OpenFolder } from '../support/openFolder.js';
import { openScratchStore } from '../support/openScratchStore.js';
import { message } from '../support/scratchStore.js';
import { echo, scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';
import { until } from '../support/until.js';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const digest = createHash('sha256').update(png).digest('hex');
const picture = { type: 'image', mime_type: 'image/png', title: 'dot.png', data: png.toString('base64') } as const;
const picturesIn = (content: readonly ContentBlock[] | undefined) => (content ?? []).filter((block) => block.type === 'image');

interface PictureFolder extends OpenFolder {
  readonly agents: ReturnType<typeof scriptedCatalog>;
  readonly blob: string;
  /** Lets the agent answer to `hold`. */
  readonly release: () => void;
}

async function withPicture(run: (folder: PictureFolder) => Promise<void>) {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const agents = scriptedCatalog({
    script: async (prompt, hooks) => {
      if (prompt === 'fail') throw new Error('the line is down');
      if (prompt === 'hold') await released;
      return echo(prompt, hooks);
    },
  });
  await withFolder({ agents }, (folder) => run({ ...folder, agents, release, blob: join(folder.dir, '.skein/blobs', digest) }));
}

/** The pictures of the last prompt, as the transcript has them. */
async function kept({ workspace }: OpenFolder, id: string) {
  const prompt = (await workspace.history(id)).findLast((entry) => entry.type === 'message' && entry.message.role === 'user');
  return picturesIn(prompt?.type === 'message' ? prompt.message.content : undefined);
}

describe('a picture in a prompt', () => {
  test('that is named goes to the agent whole, and is kept once, in a file of its own', async () => {
    await withPicture(async (folder) => {
      const { workspace, dir, agents, blob } = folder;
      await writeFile(join(dir, 'dot.png'), png);
      const { id } = await workspace.create({ backend: 'scripted' });
      const told: TurnUpdate[] = [];
      workspace.onTurn((_id, _seq, update) => told.push(update));
      await turn(workspace, id, 'what is in @dot.png?');
      assert.deepEqual(
        picturesIn(agents.contents[0]).map(({ mime_type, data }) => [mime_type, data]),
        [['image/png', picture.data]],
      );
      const [inTranscript] = await kept(folder, id);
      assert.deepEqual([inTranscript?.blob, inTranscript?.data, inTranscript?.['title']], [digest, undefined, 'dot.png']);
      assert.deepEqual(await readFile(blob), png);
      assert.equal((await stat(blob)).mode & 0o777, 0o600);
      assert.doesNotMatch(JSON.stringify(told), new RegExp(picture.data.slice(0, 24)), 'panels are not sent the bytes');

      await turn(workspace, id, 'and again @dot.png');
      assert.deepEqual(await readdir(join(dir, '.skein/blobs')), [digest]);
    });
  });

  test('is sent again with the prompt, in a retry and from the queue', async () => {
    await withPicture(async ({ workspace, agents, release }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const content = [picture, { type: 'text' as const, text: 'fail' }];
      assert.equal((await (await workspace.startTurn(id, { content })).done).stop_reason, 'error');
      await (
        await workspace.retryTurn(id)
      ).done;
      assert.deepEqual(
        agents.contents.map((sent) => picturesIn(sent)[0]?.data),
        [picture.data, picture.data],
      );

      const { id: busy } = await workspace.create({ backend: 'scripted' });
      const first = await workspace.startTurn(busy, { content: [{ type: 'text', text: 'hold' }] });
      const waiting = await workspace.queueTurn(busy, { content: [{ type: 'text', text: 'see' }, picture] });
      assert.ok(waiting, 'it waits');
      release();
      await first.done;
      await until('the queued prompt', () => agents.contents.length === 4);
      assert.equal(picturesIn(agents.contents[3])[0]?.data, picture.data);
      await until('its end', () => workspace.running(busy) === undefined);
    });
  });

  test('goes with a bundle and with a JSON export to another store', async () => {
    await withPicture(async (folder) => {
      const { workspace, dir, open, blob } = folder;
      const { id } = await workspace.create({ backend: 'scripted' });
      await (
        await workspace.startTurn(id, { content: [{ type: 'text', text: 'see' }, picture] })
      ).done;
      for (const format of ['bundle', 'json'] as const) {
        const there = join(dir, '..', format);
        await mkdir(there);
        const other = await open({ dir: there });
        const [record] = await other.import(await workspace.export([id], format));
        assert.deepEqual(await readFile(join(there, '.skein/blobs', digest)), png, format);
        assert.equal((await kept({ ...folder, workspace: other }, record?.id ?? ''))[0]?.blob, digest, format);
      }
      assert.deepEqual(await readFile(blob), png);
    });
  });

  test('that is gone, was changed or is a link is not sent, and the turn goes on', async () => {
    const harm: readonly ((blob: string, home: string) => Promise<void>)[] = [
      (blob) => rm(blob),
      (blob) => writeFile(blob, 'something else'),
      async (blob, home) => {
        await writeFile(join(home, 'private.png'), png);
        await rm(blob);
        await symlink(join(home, 'private.png'), blob);
      },
    ];
    for (const change of harm) {
      await withPicture(async ({ workspace, agents, blob, home }) => {
        const { id } = await workspace.create({ backend: 'scripted' });
        await (
          await workspace.startTurn(id, { content: [picture, { type: 'text', text: 'fail' }] })
        ).done;
        await change(blob, home);
        await (
          await workspace.retryTurn(id)
        ).done;
        assert.deepEqual(
          picturesIn(agents.contents[1]).map(({ data }) => data),
          [undefined],
        );
      });
    }
  });
});

test('a picture is told by its bytes, whatever its name', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['\x89PNG\r\n\x1a\n…', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['GIF89a', 'image/gif'],
    ['RIFF\0\0\0\0WEBPVP8', 'image/webp'],
    ['RIFF\0\0\0\0WAVE', undefined],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
    ['', undefined],
  ];
  for (const [text, type] of cases) assert.equal(pictureType(Buffer.from(text, 'latin1')), type, text);
});

test('a picture that another program keeps under a name of its own is read, and a bundle brings no wrong one under a digest', async (t) => {
  const { store, again } = openScratchStore(t);
  const named = { type: 'image', mime_type: 'image/png', blob: `${'c0ffee00'.repeat(2)}.png` } as const;
  const { id } = await store.create({ workdir: '/p' });
  const blobs = join(store.root, 'blobs');
  await mkdir(blobs);
  await writeFile(join(blobs, named.blob), png);
  assert.deepEqual(await store.loadPictures([named]), [{ ...named, data: picture.data }]);
  await store.append(id, [message('q', 'user', { message: { role: 'user', content: [named] } })]);
  const files = new Map([...(await store.files(id)), [`blobs/${digest}`, Buffer.from('something else')]]);
  assert.ok(files.has(`blobs/${named.blob}`));
  await again().importFiles('a'.repeat(32), files);
  await store.append(id, [message('r', 'user', { message: { role: 'user', content: [picture] } })]);
  const { data: _data, ...bare } = picture;
  assert.deepEqual(await store.loadPictures([{ ...bare, blob: digest }]), [{ ...picture, blob: digest }]);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { clinvkSource } from '../../src/sources/clinvk/clinvk.js';

// One of several processes that change clinvk's store through our source: <home> <folder of the sessions> rename|tag|remove <id>
// <times>. What it wrote it must find again at its next turn, since nobody else writes that part. Writes `lost …` where it does not.
const [home = '', sessions = '', verb = '', id = '', times = ''] = process.argv.slice(2);
const source = clinvkSource({ env: { HOME: home, PATH: process.env['PATH'] } });
const recordSchema = z.looseObject({ title: z.string().optional(), tags: z.array(z.string()).optional() });
const read = async () => recordSchema.parse(JSON.parse(await readFile(join(sessions, `${id}.json`), 'utf8')));

let title: string | undefined;
let tags: readonly string[] | undefined;
for (let time = 1; time <= Number(times); time++) {
  const now = verb === 'remove' ? {} : await read();
  if (title !== undefined && now.title !== title) process.stdout.write(`lost title ${title}\n`);
  if (tags !== undefined && !isDeepStrictEqual(now.tags, tags)) process.stdout.write(`lost tags ${tags.join()}\n`);
  switch (verb) {
    case 'rename':
      await source.rename?.(id, (title = `title ${String(time)}`));
      break;
    case 'tag':
      await source.tag?.(id, (tags = [`tag-${String(time)}`, 'kept']));
      break;
    default: {
      const removed = await source.removal?.remove(id, join(home, 'kept', String(time)));
      await source.removal?.restore(removed?.kept ?? []);
    }
  }
}

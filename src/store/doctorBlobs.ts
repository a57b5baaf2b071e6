import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { examineTemporary } from './doctorLitter.js';
import { examined, namesIn, setAside, unlessGone, type Examined, type Repair } from './examined.js';
import { namedBlobs, type NamedBlobs } from './namedBlobs.js';
import { blobFolder, blobPattern, isBlobWhole } from './pictures.js';
import type { StoreContext } from './storeContext.js';

/** Younger than this, a picture may belong to a prompt that is being written this moment. */
const youngMs = 600_000;

/** The pictures of prompts: those that nothing names any more, and those that are named and not there, or not what they were. */
export async function examineBlobs(context: StoreContext): Promise<readonly Examined[]> {
  // A link or a file in its place is told of with the store itself.
  if ((await namesIn(context, '')).some(({ name, kind }) => name === blobFolder && kind !== 'folder')) return [];
  const entries = await namesIn(context, blobFolder);
  const named = await namedBlobs(context);
  const found: Examined[] = [];
  for (const { name, kind } of entries) {
    const file = `${blobFolder}/${name}`;
    if (kind === 'file' && blobPattern.test(name)) found.push(...(await unlessGone(examineBlob(context, file, name, named))));
    else if (kind === 'file' && name.startsWith('.')) found.push(...(await unlessGone(examineTemporary(context, file))));
    else if (kind === 'link') found.push(inTheWay(context, file, 'link', 'it is a symbolic link, which is not followed'));
    else found.push(inTheWay(context, file, 'stray_file', 'its name is not a picture’s'));
  }
  const there = new Set(entries.map(({ name }) => name));
  for (const [name, sessions] of named.bySession) if (!there.has(name)) found.push(missing(context, name, sessions));
  return found;
}

function inTheWay(context: StoreContext, file: string, kind: string, detail: string, repair: Repair = setAside('', file)): Examined {
  return examined(context, file, kind, detail, 'move it to salvage/', repair);
}

async function examineBlob(context: StoreContext, file: string, name: string, { mentioned }: NamedBlobs): Promise<readonly Examined[]> {
  if (mentioned.has(name)) {
    if (isBlobWhole(name, await context.port.readFile(path.join(context.root, file)))) return [];
    return [inTheWay(context, file, 'damaged', 'it is not the picture that its name says: prompts go without it')];
  }
  if (await isYoung(context, file)) return [];
  const prepare = async (aside: string) => {
    if (await isYoung(context, file)) throw new SessionError('busy', 'a prompt took it up just now');
    return { steps: [{ id: '', from: file, to: `${aside}/${name}` }] };
  };
  return [inTheWay(context, file, 'orphaned', 'nothing names this picture any more', { kind: 'change', prepare })];
}

function missing(context: StoreContext, name: string, sessions: ReadonlySet<string>): Examined {
  const ids = [...sessions].map((id) => id.slice(0, 8)).join(', ');
  const who = sessions.size === 1 ? `session ${ids} names` : `sessions ${ids} name`;
  return examined(context, `${blobFolder}/${name}`, 'damaged', `${who} this picture, and it is not there: prompts go without it`);
}

async function isYoung({ port, root, now }: StoreContext, file: string): Promise<boolean> {
  return now().getTime() - (await port.lstat(path.join(root, file))).mtimeMs < youngMs;
}

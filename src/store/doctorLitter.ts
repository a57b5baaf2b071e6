import * as path from 'node:path';
import { sessionIdPattern } from '../model/sessionId.js';
import { isTemporary } from './durable.js';
import { examined, namesIn, setAside, unlessGone, type Examined } from './examined.js';
import { isSystemError } from './fileError.js';
import type { FolderEntry } from './filePort.js';
import { readLease } from './leaseFile.js';
import { ownerSchema, ownerState } from './owner.js';
import { readPartial, recoverPartials } from './partialFile.js';
import type { StoreContext } from './storeContext.js';

/** Younger than this, what is half written may still be being written. */
const staleMs = 3_600_000;

/** What crashes and other programs left among the sessions. */
export async function examineLitter(context: StoreContext): Promise<readonly Examined[]> {
  const names = await context.port.readdir(context.sessions);
  const taken = new Set(names.map(({ name }) => name));
  const found: Examined[] = [];
  for (const entry of names) found.push(...(await unlessGone(examineName(context, entry, taken))));
  return found;
}

async function examineName(context: StoreContext, entry: FolderEntry, taken: ReadonlySet<string>): Promise<readonly Examined[]> {
  const { name, kind } = entry;
  if (name.endsWith('.lock')) return examineLock(context, entry);
  if (isTemporary(name)) return examineTemporary(context, `sessions/${name}`);
  if (sessionIdPattern.test(name) && kind === 'folder') return examineFolder(context, name, taken);
  if (sessionIdPattern.test(name) && kind === 'link') return [link(context, `sessions/${name}`, name)];
  return name.startsWith('.') || /^[0-9a-f]{32}\.jsonl?$/.test(name) ? [] : [stray(context, name)];
}

function link(context: StoreContext, file: string, id: string): Examined {
  return examined(context, file, 'link', 'it is a symbolic link, which is not followed', 'move it to salvage/', setAside(id, file));
}

function stray(context: StoreContext, name: string): Examined {
  return examined(
    context,
    `sessions/${name}`,
    'stray_file',
    'its name is not a session’s',
    'move it to salvage/',
    setAside('', `sessions/${name}`),
  );
}

export async function examineTemporary(context: StoreContext, file: string): Promise<readonly Examined[]> {
  const { mtimeMs } = await context.port.lstat(path.join(context.root, file));
  if (context.now().getTime() - mtimeMs < staleMs) return [];
  return [examined(context, file, 'stale_temporary', 'a program stopped while it wrote this', 'move it to salvage/', setAside('', file))];
}

async function examineFolder(context: StoreContext, id: string, taken: ReadonlySet<string>): Promise<readonly Examined[]> {
  const folder = `sessions/${id}`;
  if (!taken.has(`${id}.json`) && !taken.has(`${id}.jsonl`)) {
    return [examined(context, folder, 'stray_folder', 'its session is not there', 'move it to salvage/', setAside('', folder))];
  }
  const found: Examined[] = [];
  for (const { name, kind } of await namesIn(context, folder)) {
    const file = `${folder}/${name}`;
    if (isTemporary(name)) found.push(...(await examineTemporary(context, file)));
    else if (kind === 'link') found.push(link(context, file, id));
    else if (name === 'partial.jsonl') found.push(...(await examinePartial(context, id, file)));
    else if (name === 'lease.json' && (await readLease(context.port, path.join(context.root, file))) === undefined)
      found.push(examined(context, file, 'strange_lease', 'it does not say whose it is', 'move it to salvage/', setAside(id, file)));
  }
  return found;
}

async function examinePartial(context: StoreContext, id: string, file: string): Promise<readonly Examined[]> {
  const partial = await readPartial(context.port, path.join(context.root, file));
  if (partial === undefined)
    return [examined(context, file, 'strange_partial', 'it does not say whose it is', 'move it to salvage/', setAside(id, file))];
  if ((await ownerState(partial.owner)) !== 'dead') return [];
  const run = async (): Promise<void> => {
    await recoverPartials(context);
  };
  const detail = 'a turn ended without its last words being kept';
  return [examined(context, file, 'left_partial', detail, 'add them to the transcript', { kind: 'act', run })];
}

/** Locks come and go: only one that nobody alive holds, or that is none, is worth a word. */
async function examineLock(context: StoreContext, { name, kind }: FolderEntry): Promise<readonly Examined[]> {
  const file = `sessions/${name}`;
  if (kind !== 'folder')
    return [
      examined(context, file, 'strange_lock', 'it has the name of a lock and is no folder', 'move it to salvage/', setAside('', file)),
    ];
  const marks = await namesIn(context, file);
  if (marks.length === 0) return [];
  const owners = (await Promise.all(marks.map(({ name: mark }) => ownerIn(context, path.join(context.root, file, mark))))).filter(
    (found) => found !== undefined,
  );
  // Whatever else lies in it: one who may live is not robbed of it.
  for (const each of owners) if ((await ownerState(each)) !== 'dead') return [];
  const [owner] = owners;
  if (owner === undefined || marks.length > 1) {
    if (!(await isStale(context, file))) return [];
    return [examined(context, file, 'strange_lock', 'it does not say whose it is', 'move it to salvage/', setAside('', file))];
  }
  return [
    examined(context, file, 'dead_lock', `${owner.program} (pid ${String(owner.pid)}) ended without removing it`, 'remove it', {
      kind: 'act',
      run: () => context.lock(path.join(context.root, file), () => Promise.resolve()),
    }),
  ];
}

async function isStale(context: StoreContext, file: string): Promise<boolean> {
  return context.now().getTime() - (await context.port.lstat(path.join(context.root, file))).mtimeMs > staleMs;
}

async function ownerIn(context: StoreContext, mark: string): Promise<ReturnType<typeof ownerSchema.parse> | undefined> {
  try {
    return ownerSchema.safeParse(JSON.parse(Buffer.from(await context.port.readFile(mark)).toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'EISDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

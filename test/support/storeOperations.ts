import { cpSync } from 'node:fs';
import * as path from 'node:path';
import { SessionError } from '../../src/model/errors.js';
import { openStore } from '../../src/store/openStore.js';
import type { FilePort } from '../../src/store/filePort.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { appendToTranscript } from '../../src/store/recordUpdate.js';
import type { Store } from '../../src/store/store.js';
import { storeContext } from '../../src/store/storeContext.js';
import { message } from './scratchStore.js';
import { entriesBelow } from './entriesBelow.js';
import { until } from './until.js';

const first = 'a'.repeat(32);
const second = 'b'.repeat(32);

export const actor = { program: 'crash test', surface: 'test' };

export function open(root: string, port: FilePort = nodeFilePort): Store {
  return openStore(root, { actor, port });
}

/** Every way to change a store, each on the store that `makeTemplate` makes. What is done here must be done wholly or not at all. */
export const operations: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  update: (store) => store.update(first, () => ({ title: 'renamed', tags: ['late'] }), { what: 'Renamed' }),
  // Half of this batch's bytes lie in its first line: a write that stops there has written no entry.
  append: (store) => store.append(first, [message('new 1', 'assistant', { error: 'x'.repeat(4000) }), message('new 2'), message('new 3')]),
  settle: (store) => store.settle(second),
  create: (store) => store.create({ workdir: '/p', title: 'made' }, [message('hello')]),
  fork: (store) => store.fork(first, { at: 'm2' }),
  delete: (store) => store.remove([first, second]),
  restore: (store) => store.restore(['c'.repeat(32)]),
  async undo(store) {
    // Nothing to undo is an answer too: where the store has vanished, the right one.
    if ((await store.undo()) === null) throw new SessionError('not_found', 'nothing to undo');
  },
};
export type Operation = keyof typeof operations;

/** A store with two sessions, a deleted one, a rename that can be undone, and a transcript that is ahead of its record. */
export async function makeTemplate(root: string): Promise<void> {
  const store = open(root);
  for (const id of [first, second, 'c'.repeat(32)]) {
    await store.create({ id, workdir: '/p', title: `title of ${id.slice(0, 1)}` }, [
      message('m1'),
      message('m2', 'assistant'),
      message('m3'),
    ]);
  }
  await store.remove(['c'.repeat(32)]);
  await store.update(first, () => ({ title: 'can be undone' }), { what: 'Renamed' });
  // Not through the store, which would let the record follow a second later.
  await appendToTranscript(storeContext({ root, actor }), second, [message('ahead')]);
  // A folder that vanishes while it is copied ends the process.
  await until('all locks to be gone', async () => !(await entriesBelow(root)).some(({ name }) => name.endsWith('.lock')));
}

/** A copy of a store for one try. */
export function copyStore(template: string, folder: string): string {
  const root = path.join(folder, '.skein');
  cpSync(template, root, { recursive: true });
  return root;
}

/** All that a person can see of a store, times and new ids left out. */
export async function describeStore(root: string): Promise<string> {
  const store = open(root);
  const sessions: string[] = [];
  for (const { id, problem } of await store.list()) {
    const { title, status, tags, message_count, parent_id } = await store.read(id);
    const { entries, skipped } = await store.entries(id);
    const known = /^(.)\1{31}$/.test(id) ? id.slice(0, 1) : 'new';
    const lines = entries.map((entry) => (entry.type === 'message' ? entry.id : entry.type)).join(' ');
    // A line that was never acknowledged may be torn.
    const damage = skipped.filter(({ detail }) => !/not JSON/.test(detail)).map(({ detail }) => detail);
    sessions.push([known, title, status, tags.join(), message_count, parent_id ?? '', problem?.kind ?? '', lines, ...damage].join(' | '));
  }
  const trashed = (await store.trashed()).map(({ row }) => `${row.id.slice(0, 1)} in the trash | ${row.title}`);
  return [...sessions.sort(), ...trashed.sort()].join('\n');
}

import type { TestContext } from 'node:test';
import * as path from 'node:path';
import type { EntryOf } from '../../src/model/entry.js';
import type { SessionRecord } from '../../src/model/record.js';
import { createSession } from '../../src/store/sessionCreate.js';
import { sessionPaths, type SessionPaths } from '../../src/store/sessionPaths.js';
import { storeContext, type StoreContext, type StoreContextOptions } from '../../src/store/storeContext.js';
import { makeScratchFolder } from './scratchFolder.js';

export interface ScratchStore {
  readonly context: StoreContext;
  readonly record: SessionRecord;
  readonly paths: SessionPaths;
}

/** A store of its own for one test, with nothing in it. */
export function scratchContext(t: TestContext, options: Partial<StoreContextOptions> = {}): StoreContext {
  const { folder, remove } = makeScratchFolder('store');
  t.after(remove);
  return storeContext({ root: path.join(folder, '.skein'), actor: { program: 'test', surface: 'test' }, ...options });
}

/** A store with one session in it. */
export async function scratchStore(t: TestContext, options: Partial<StoreContextOptions> = {}): Promise<ScratchStore> {
  const context = scratchContext(t, options);
  const record = await createSession(context, { workdir: '/projects/sample', title: 'Fix login' });
  return { context, record, paths: sessionPaths(context.sessions, record.id) };
}

/** A message as an agent or a person makes it. */
export function message(id: string, role: 'user' | 'assistant' = 'user', more: Partial<EntryOf<'message'>> = {}): EntryOf<'message'> {
  return {
    type: 'message',
    id,
    timestamp: '2026-01-27T10:00:00.000Z',
    message: { role, content: [{ type: 'text', text: `text of ${id}` }] },
    ...more,
  };
}

import * as path from 'node:path';
import type { ContentBlock, Entry } from '../model/entry.js';
import { SessionError, messageOf } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import { sessionIdPattern } from '../model/sessionId.js';
import type { Finding } from '../model/report.js';
import type { Holder, SessionRow } from '../model/row.js';
import { isSystemError, isThere, withFileErrors } from './fileError.js';
import { ListIndex } from './listIndex.js';
import { ensureStore } from './location.js';
import { queryRows } from './query.js';
import { sessionStates } from './sessionStates.js';
import { sessionPaths } from './sessionPaths.js';
import { briefOfRow, readRow } from './sessionRows.js';
import type { SessionWriter } from './sessionWriter.js';
import type { DeletedRow, Lease, NewRecord, SessionTail, Store, StoreQuery, StoreQueryResult, UndoResult } from './store.js';
import { storeContext, type StoreContext, type StoreContextOptions } from './storeContext.js';
import { SessionWatch } from './watch.js';

export type OpenStoreOptions = Omit<StoreContextOptions, 'root'>;

/** Opens a store folder, which need not exist yet: the first write makes it. Nothing is read before it is asked for. */
export function openStore(root: string, options: OpenStoreOptions): Store {
  return new FolderStore(storeContext({ root, ...options }));
}

/** Lists and reads rows; what the other verbs need is loaded when one is first asked for, so that a list starts at once. */
class FolderStore implements Store {
  readonly #context: StoreContext;
  readonly #index: ListIndex;
  #writer: Promise<SessionWriter> | undefined;

  constructor(context: StoreContext) {
    this.#context = context;
    this.#index = new ListIndex(context, async (id) => briefOfRow(await readRow(context, id)));
  }

  get root(): string {
    return this.#context.root;
  }

  async list(): Promise<readonly SessionRow[]> {
    return (await this.query({})).rows;
  }

  async query(options: StoreQuery): Promise<StoreQueryResult> {
    return this.#run(() => queryRows(this.#context, this.#index, options));
  }

  async row(id: string): Promise<SessionRow> {
    return this.#run(() => readRow(this.#context, id));
  }

  async read(id: string): Promise<SessionRecord> {
    return this.#run(() => readRecordOrSalvage(this.#context, id));
  }

  async create(fields: NewRecord, entries?: readonly Entry[]): Promise<SessionRecord> {
    await ensureStore(this.root, this.#context.port);
    const { createSession } = await import('./sessionCreate.js');
    return createSession(this.#context, fields, entries && (await this.#withoutBytes(entries)));
  }

  async update(
    id: string,
    change: (record: SessionRecord) => Partial<SessionRecord>,
    undo?: { readonly what: string },
  ): Promise<SessionRecord> {
    const writer = await this.#writerNow();
    if (undo === undefined) return writer.update(id, change);
    return this.#run(async () => {
      const { journalledUpdate } = await import('./undo.js');
      const journalled = journalledUpdate(this.#context, id, undo.what);
      const record = await writer.update(id, change, journalled.before);
      await journalled.done();
      return record;
    });
  }

  async append(id: string, entries: readonly Entry[]): Promise<void> {
    await (await this.#writerNow()).append(id, await this.#withoutBytes(entries));
  }

  async appendWhileIdle(id: string, entries: () => Promise<readonly Entry[]>): Promise<boolean> {
    return this.#run(async () => {
      const { appendWhileIdle } = await import('./idleAppend.js');
      return appendWhileIdle(this.#context, id, async () => this.#withoutBytes(await entries()));
    });
  }

  async keepPictures(content: readonly ContentBlock[]): Promise<readonly ContentBlock[]> {
    if (!content.some(isPicture)) return content;
    await ensureStore(this.root, this.#context.port);
    return (await import('./pictures.js')).keepPictures(this.#context, content);
  }

  async loadPictures(content: readonly ContentBlock[]): Promise<readonly ContentBlock[]> {
    return content.some(isPicture) ? (await import('./pictures.js')).loadPictures(this.#context, content) : content;
  }

  async settle(id: string): Promise<SessionRecord> {
    return (await this.#writerNow()).settle(id);
  }

  async entries(id: string, options: { readonly last?: number } = {}): ReturnType<Store['entries']> {
    return this.#run(async () => {
      const file = await transcriptOf(this.#context, id);
      if (file === undefined) return { entries: [], skipped: [] };
      return (await import('./transcriptFile.js')).readEntries(this.#context.port, file, options.last);
    });
  }

  async setAside(id: string): Promise<readonly Entry[]> {
    return this.#run(async () => {
      const file = await transcriptOf(this.#context, id);
      const aside: Entry[] = [];
      if (file !== undefined) {
        const { scanTranscript } = await import('./transcriptFile.js');
        await scanTranscript(this.#context.port, file, () => undefined, { aside: (entry) => aside.push(entry) });
      }
      return aside;
    });
  }

  async scan(id: string, each: (entry: Entry) => boolean | undefined): Promise<void> {
    await this.#run(async () => {
      const file = await transcriptOf(this.#context, id);
      if (file !== undefined) await (await import('./transcriptFile.js')).scanTranscript(this.#context.port, file, each);
    });
  }

  async states(): Promise<ReadonlyMap<string, string>> {
    return this.#run(() => sessionStates(this.#context));
  }

  async writePartial(id: string, partial: readonly Entry[] | null): Promise<void> {
    const lease = (await this.#writerNow()).lease(id);
    await (lease ? lease.writePartial(partial) : (await import('./partialFile.js')).writePartial(this.#context, id, partial));
  }

  async recoverPartials(only?: string): Promise<readonly string[]> {
    const ids = await (await import('./partialFile.js')).recoverPartials(this.#context, only);
    for (const id of ids) await this.settle(id);
    return ids;
  }

  async fork(
    id: string,
    { at, fields = {} }: { readonly at?: string | undefined; readonly fields?: Partial<NewRecord> },
  ): Promise<SessionRecord> {
    const parent = await this.read(id);
    const { entries } = await this.entries(id);
    const { planFork } = await import('./fork.js');
    const plan = planFork(parent, entries, at, fields, this.#context.now());
    return this.create(plan.fields, plan.entries);
  }

  async remove(ids: readonly string[], options: { readonly reason?: 'delete' | 'clean' | 'undo' } = {}): Promise<void> {
    await this.#run(async () => (await import('./trash.js')).trashSessions(this.#context, ids, options.reason ?? 'delete'));
  }

  async trashed(): Promise<readonly DeletedRow[]> {
    return this.#run(async () => (await import('./trash.js')).trashedRows(this.#context));
  }

  async restore(ids: readonly string[]): Promise<void> {
    await this.#run(async () => (await import('./trash.js')).restoreSessions(this.#context, ids));
  }

  async undo(): Promise<UndoResult | null> {
    return this.#run(async () => (await import('./undo.js')).undoLast(this.#context));
  }

  async journal(planned: { readonly what: string; readonly ids: readonly string[]; readonly data: unknown }): Promise<() => Promise<void>> {
    await ensureStore(this.root, this.#context.port);
    const { appendJournal, journalChange, markOf } = await import('./journal.js');
    const { what, ids, data } = planned;
    const change = await journalChange(this.#context, { what, ids: [...ids], act: { kind: 'outside', data } });
    return () => appendJournal(this.#context, markOf(this.#context, change, 'void'));
  }

  async acquireLease(id: string, { takeOver }: { readonly takeOver?: boolean | undefined } = {}): Promise<Lease> {
    const [writer, { acquireLease }] = await Promise.all([this.#writerNow(), import('./lease.js')]);
    const lease = await acquireLease(this.#context, id, {
      takeOver,
      ended: () => {
        writer.endLease(id);
      },
    });
    writer.useLease(lease);
    return lease;
  }

  async breakLease(id: string): Promise<void> {
    await this.#run(async () => (await import('./lease.js')).breakLease(this.#context, id));
  }

  async tail(id: string): Promise<SessionTail> {
    const { FileTail } = await import('./sessionTail.js');
    await this.#run(() => transcriptOf(this.#context, id));
    return new FileTail(this.#context, id);
  }

  isOurs({ nonce }: Holder): boolean {
    return typeof nonce === 'string' && nonce.startsWith(this.#context.mark);
  }

  async doctor(options: { readonly fix?: boolean } = {}): Promise<readonly Finding[]> {
    return this.#run(async () => (await import('./doctor.js')).runDoctor(this.#context, options.fix === true));
  }

  watch(changed: (ids: readonly string[]) => void): () => void {
    const watch = new SessionWatch(this.#context, changed);
    return () => {
      watch.stop();
    };
  }

  async files(id: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#run(async () => (await import('./bundleFiles.js')).readFiles(this.#context, id));
  }

  async importFiles(id: string, files: ReadonlyMap<string, Uint8Array>): Promise<SessionRecord> {
    if (!sessionIdPattern.test(id)) throw new SessionError('usage', `"${id}" is not a session id`, { hint: 'an id is 32 hex digits' });
    await ensureStore(this.root, this.#context.port);
    return (await import('./bundleFiles.js')).writeFiles(this.#context, id, files);
  }

  #writerNow(): Promise<SessionWriter> {
    return (this.#writer ??= import('./sessionWriter.js').then(({ SessionWriter }) => new SessionWriter(this.#context)));
  }

  /** Whether there is a note of steps that were begun: usually none, and then the code that finishes them is not loaded. */
  async #mayBePending(): Promise<boolean> {
    try {
      return (await this.#context.port.readdir(path.join(this.root, 'pending'))).length > 0;
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
      throw error;
    }
  }

  /** The entries as they are kept: with their pictures in files. */
  async #withoutBytes(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const isShown = (entry: Entry): boolean => entry.type === 'message' && entry.message.content.some(isPicture);
    if (!entries.some(isShown)) return entries;
    return Promise.all(
      entries.map(async (entry) => {
        if (entry.type !== 'message') return entry;
        return { ...entry, message: { ...entry.message, content: [...(await this.keepPictures(entry.message.content))] } };
      }),
    );
  }

  /** Runs a verb on a store in which nothing is half done by a process that is gone; the system's errors come out in words. */
  async #run<T>(verb: () => Promise<T>): Promise<T> {
    try {
      if (await this.#mayBePending()) await (await import('./pendingSteps.js')).finishPending(this.#context);
    } catch (error) {
      // A store that can only be read is shown as it is; whoever may write finishes it.
      this.#context.logger.debug(`${this.root}: ${messageOf(error)}`);
    }
    return withFileErrors(this.root, verb);
  }
}

async function readRecordOrSalvage(context: StoreContext, id: string): Promise<SessionRecord> {
  try {
    return await (await import('./recordUpdate.js')).readFolded(context, id);
  } catch (error) {
    if (!(error instanceof SessionError) || (error.code !== 'damaged' && error.code !== 'gone')) throw error;
    const { transcript } = sessionPaths(context.sessions, id);
    const { salvageRecord } = await import('./salvage.js');
    const salvaged = await salvageRecord(context.port, transcript, id, path.dirname(context.root));
    if (salvaged !== undefined) return salvaged;
    throw error.code === 'gone' ? new SessionError('not_found', `no session ${id}`, { cause: error }) : error;
  }
}

/** `undefined` when the session has a record and no transcript; `not_found` when it has neither. */
async function transcriptOf(context: StoreContext, id: string): Promise<string | undefined> {
  const { transcript, record } = sessionPaths(context.sessions, id);
  if (await isThere(context.port, transcript)) return transcript;
  if (await isThere(context.port, record)) return undefined;
  throw new SessionError('not_found', `no session ${id}`, { hint: 'skein sessions list shows what there is' });
}

const isPicture = (block: ContentBlock): boolean => block.type === 'image';

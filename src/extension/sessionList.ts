import * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import type { Problem, SessionRow } from '../model/row.js';
import type { Folder } from './folder.js';
import { onFoldersChanged, windowFolders } from './folders.js';
import type { SessionClient } from './sessionClient.js';
import { isActive, matches, noFilter, type SessionFilter } from './sessionFilter.js';
import type { FolderSessions } from './treeModel.js';

interface Loaded {
  readonly rows: readonly SessionRow[];
  readonly problems: readonly Problem[];
  readonly failure?: string;
}

const filterKey = 'skein.filter';
/** Changes that come close together are read once. With the store's own 100 ms this keeps a change on the screen within 250 ms. */
const settleMs = 30;

/** The sessions of every folder as the server last told them, read anew when it says that they changed. */
export class SessionList implements vscode.Disposable {
  readonly #client: SessionClient;
  readonly #state: vscode.Memento;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #loaded = new Map<string, Loaded>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #stale = new Set<string>();
  readonly #subscriptions: vscode.Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #filter: SessionFilter;

  /** Rows, filter or folders are not what they were. */
  readonly onChanged = this.#changed.event;

  constructor(client: SessionClient, state: vscode.Memento, log: vscode.LogOutputChannel) {
    this.#client = client;
    this.#state = state;
    this.#log = log;
    this.#filter = { ...noFilter, ...state.get<Partial<SessionFilter>>(filterKey) };
    this.#subscriptions = vscode.Disposable.from(
      client.on('sessions/changed', ({ folder }) => this.#soon(folder)),
      client.on('turn/update', ({ folder, update }) => {
        if (update.kind === 'started' && !this.#loaded.has(folder)) this.#soon(folder);
      }),
      client.onState((state) => {
        if (state === 'running') for (const folder of this.#loaded.keys()) this.#soon(folder);
      }),
      onFoldersChanged(() => {
        const present = new Set(windowFolders().map(({ path }) => path));
        for (const folder of this.#loaded.keys()) if (!present.has(folder)) this.#loaded.delete(folder);
        this.#changed.fire();
      }),
      this.#changed,
    );
  }

  get filter(): SessionFilter {
    return this.#filter;
  }

  async setFilter(filter: SessionFilter): Promise<void> {
    const reread = filter.archived !== this.#filter.archived;
    this.#filter = filter;
    await this.#state.update(filterKey, filter);
    if (reread) await this.refresh();
    else this.#changed.fire();
  }

  /** What is known now, filter applied; folders not read yet are left out. */
  get current(): readonly FolderSessions[] {
    return windowFolders().flatMap((folder) => {
      const loaded = this.#loaded.get(folder.path);
      return loaded ? [this.#narrow(folder, loaded)] : [];
    });
  }

  /** Every row that is known, filtered or not. */
  get all(): readonly { readonly folder: Folder; readonly row: SessionRow }[] {
    return windowFolders().flatMap((folder) => (this.#loaded.get(folder.path)?.rows ?? []).map((row) => ({ folder, row })));
  }

  find(folder: string, id: string): SessionRow | undefined {
    return this.#loaded.get(folder)?.rows.find((row) => row.id === id);
  }

  /** Reads the folders that were not read yet. Never rejects: a folder that cannot be listed says why. */
  async load(): Promise<readonly FolderSessions[]> {
    const unread = windowFolders().filter((folder) => !this.#loaded.has(folder.path));
    await Promise.all(unread.map((folder) => this.#read(folder.path)));
    if (unread.length > 0) this.#changed.fire();
    return this.current;
  }

  /** Reads all folders again. */
  async refresh(): Promise<void> {
    await Promise.all(windowFolders().map((folder) => this.#read(folder.path)));
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  #narrow(folder: Folder, { rows, problems, failure }: Loaded): FolderSessions {
    const shown = isActive(this.#filter) ? rows.filter((row) => matches(this.#filter, row)) : rows;
    return { folder, rows: shown, hidden: rows.length - shown.length, problems, failure };
  }

  #soon(folder: string): void {
    this.#stale.add(folder);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const folders = [...this.#stale];
      this.#stale.clear();
      void Promise.all(folders.map((path) => this.#read(path))).then(() => this.#changed.fire());
    }, settleMs);
  }

  /** One read of a folder at a time; a change that comes while it runs is read after it. */
  async #read(folder: string): Promise<void> {
    const before = this.#reading.get(folder) ?? Promise.resolve();
    const reading = before.then(() => this.#readNow(folder));
    this.#reading.set(folder, reading);
    await reading;
    if (this.#reading.get(folder) === reading) this.#reading.delete(folder);
  }

  async #readNow(folder: string): Promise<void> {
    try {
      const { rows, problems } = await this.#client.request('sessions/list', { folder, archived: this.#filter.archived });
      this.#loaded.set(folder, { rows, problems });
    } catch (error) {
      this.#log.warn(`${folder} could not be listed: ${messageOf(error)}`);
      const { rows, problems } = this.#loaded.get(folder) ?? { rows: [], problems: [] };
      // While the server is away the last known rows stay on the screen, as they are.
      if (this.#client.state === 'running') this.#loaded.set(folder, { rows, problems, failure: messageOf(error) });
      else if (!this.#loaded.has(folder)) this.#loaded.set(folder, { rows, problems });
    }
  }
}

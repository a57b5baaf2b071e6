import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import type { SourceHealth } from '../model/report.js';
import type { Problem, SessionRow } from '../model/row.js';
import type { Folder } from './folder.js';
import { folderAt, onFoldersChanged, windowFolders } from './folders.js';
import { failureSentence, failureText } from './failureText.js';
import { QueryAnswers } from './queryAnswers.js';
import { Rounds } from './rounds.js';
import { savedSearches, savedSearchesSetting } from './savedSearchSetting.js';
import type { SessionClient } from './sessionClient.js';
import { narrowed, noFilter, type QueryAnswer, type SessionFilter } from './sessionFilter.js';
import type { FolderSessions } from './treeModel.js';
import { dependsOnTime } from './typedQuery.js';

interface Loaded {
  readonly rows: readonly SessionRow[];
  readonly problems: readonly Problem[];
  /** What the filter's text, as it was then, found. */
  readonly filtered?: { readonly text: string; readonly answer: QueryAnswer };
  readonly failure?: string;
  readonly health?: readonly SourceHealth[];
}

const filterKey = 'skein.filter';
/** Changes that come close together are read once. With the store's own 100 ms this keeps a change on the screen within 250 ms. */
const settleMs = 30;
/** Saved searches that are answered in this time are drawn with the list; slower ones, as while an index is first made, come later. */
const searchMs = 100;

/** The sessions of every folder as the server last told them, read anew when it says that they changed. */
export class SessionList implements vscode.Disposable {
  readonly #client: SessionClient;
  readonly #state: vscode.Memento;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #loaded = new Map<string, Loaded>();
  readonly #answers: QueryAnswers;
  readonly #reads = new Rounds((folder) => this.#read(folder));
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
    this.#answers = new QueryAnswers({
      ask: (folder, query) => this.#ask(folder, query),
      queriesOf: savedQueries,
      failed: (error) => log.debug(`saved searches wait for the next server: ${messageOf(error)}`),
    });
    this.#subscriptions = vscode.Disposable.from(
      client.on('sessions/changed', ({ folder }) => this.#soon(folder)),
      client.on('turn/update', ({ folder, update }) => {
        if (update.kind === 'started' && !this.#loaded.has(folder)) this.#soon(folder);
      }),
      client.onState((state) => {
        if (state === 'running') for (const folder of this.#loaded.keys()) this.#soon(folder);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(savedSearchesSetting)) for (const folder of this.#loaded.keys()) this.#soon(folder);
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
    const { archived, text } = this.#filter;
    const reread = filter.archived !== archived || (filter.text !== text && filter.text !== '');
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

  /** A session that is listed, or that a search shows: that can be more, such as archived ones. */
  find(folder: string, id: string): SessionRow | undefined {
    const { rows = [], filtered } = this.#loaded.get(folder) ?? {};
    const listed = rows.find((row) => row.id === id);
    if (listed) return listed;
    const answers = [...(filtered ? [filtered.answer] : []), ...this.#answers.all(folder)];
    return answers.flatMap((answer) => ('rows' in answer ? answer.rows : [])).find((row) => row.id === id);
  }

  /** Reads the folders that were not read yet. Never rejects: a folder that cannot be listed says why. */
  async load(): Promise<readonly FolderSessions[]> {
    const unread = windowFolders().filter((folder) => !this.#loaded.has(folder.path));
    await Promise.all(unread.map((folder) => this.#reads.run(folder.path)));
    if (unread.length > 0) this.#changed.fire();
    return this.current;
  }

  /** Reads all folders again. */
  async refresh(): Promise<void> {
    await Promise.all(windowFolders().map((folder) => this.#reads.run(folder.path)));
    this.#changed.fire();
  }

  /** Time has passed: asks again what depends on it. */
  tick(): void {
    for (const folder of windowFolders()) {
      const queries = [this.#filter.text, ...savedQueries(folder.path)];
      if (this.#loaded.has(folder.path) && queries.some(dependsOnTime)) this.#soon(folder.path);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  #narrow(folder: Folder, { rows, filtered, problems, failure, health }: Loaded): FolderSessions {
    const answer = filtered?.text === this.#filter.text ? filtered.answer : undefined;
    const searches = savedSearches(folder).map((search) => ({
      ...search,
      rows: undefined,
      ...this.#answers.get(folder.path, search.query),
    }));
    return { folder, ...narrowed(this.#filter, rows, answer), problems, failure, searches, health };
  }

  #soon(folder: string): void {
    this.#stale.add(folder);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const folders = [...this.#stale];
      this.#stale.clear();
      void Promise.all(folders.map((path) => this.#reads.run(path))).then(() => this.#changed.fire());
    }, settleMs);
  }

  async #read(folder: string): Promise<void> {
    const { archived, text } = this.#filter;
    const searching = this.#answers.refresh(folder);
    try {
      const [{ rows, problems }, answer] = await Promise.all([
        this.#client.request('sessions/list', { folder, archived }),
        text === '' ? undefined : this.#ask(folder, text),
      ]);
      const isWanted = showHealthSetting() || problems.length > 0 || rows.some(({ problem }) => problem !== undefined);
      const health = isWanted ? await this.#client.request('health/list', { folder }) : undefined;
      this.#loaded.set(folder, { rows, problems, ...(answer && { filtered: { text, answer } }), ...(health && { health }) });
    } catch (error) {
      this.#log.warn(`${folder} could not be listed: ${messageOf(error)}`);
      const known = this.#loaded.get(folder) ?? { rows: [], problems: [] };
      // While the server is away the last known rows stay on the screen, as they are.
      if (this.#client.state === 'running') this.#loaded.set(folder, { ...known, failure: messageOf(error) });
      else if (!this.#loaded.has(folder)) this.#loaded.set(folder, known);
    }
    const inTime = await Promise.race([searching.then(() => true), delay(searchMs, false)]);
    if (!inTime) void searching.then(() => this.#changed.fire());
  }

  async #ask(folder: string, query: string): Promise<QueryAnswer> {
    try {
      const { rows } = await this.#client.request('sessions/list', { folder, search: query, archived: this.#filter.archived });
      return { rows };
    } catch (error) {
      // Nothing is wrong with the query then.
      if (this.#client.state !== 'running') throw error;
      return { failure: failureSentence(failureText(error)) };
    }
  }
}

/** Whether Health stands in the tree also where nothing is wrong. */
export const showHealthSetting = (): boolean => vscode.workspace.getConfiguration('skein').get<boolean>('showHealth') === true;

const savedQueries = (folderPath: string): readonly string[] => {
  const folder = folderAt(folderPath);
  return folder ? savedSearches(folder).map(({ query }) => query) : [];
};

import * as vscode from 'vscode';
import { SessionError, messageOf } from '../model/errors.js';
import type { ClientMethod, ClientParams, ClientResult } from '../protocol/clientRequests.js';
import type { Method, Notification, NotificationName, Params, Result } from '../protocol/requests.js';
import type * as languageClient from './languageClient.js';
import type { Notify, ServerConnection } from './languageClient.js';
import { l10n } from './l10n.js';
import { RestartBudget } from './restartBudget.js';

export type ServerState = 'idle' | 'starting' | 'running' | 'restarting' | 'stopped';

type Listener<N extends NotificationName> = (params: Notification<N>) => void;

/** A handler for every request of the server's: leaving one out does not compile. */
export type ServerAnswers = {
  readonly [M in ClientMethod]: (params: ClientParams<M>, token: vscode.CancellationToken, notify: Notify) => Promise<ClientResult<M>>;
};

export interface SessionClientOptions {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  /** What a new server is told before anything else: the folders of the window. */
  readonly prepare: () => Params<'folders/set'>;
  readonly answers: ServerAnswers;
}

/** The notifications of the protocol. A name left out does not compile. */
const notificationNames: Readonly<Record<NotificationName, true>> = {
  'sessions/changed': true,
  'turn/update': true,
  'lease/changed': true,
  progress: true,
};

/**
 * The session server: started by the first request, started again when it ends by itself, five times in three minutes at
 * most. Requests made meanwhile wait for the new one.
 */
export class SessionClient implements vscode.Disposable {
  readonly #stateChanged = new vscode.EventEmitter<ServerState>();
  readonly #listeners = new Map<NotificationName, Set<(params: never) => void>>();
  readonly #budget = new RestartBudget();
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #prepare: () => Params<'folders/set'>;
  readonly #answers: ServerAnswers;
  #state: ServerState = 'idle';
  #connection: Promise<ServerConnection> | undefined;
  #disposed = false;

  readonly onState = this.#stateChanged.event;

  constructor({ extensionUri, log, prepare, answers }: SessionClientOptions) {
    this.#extensionUri = extensionUri;
    this.#log = log;
    this.#prepare = prepare;
    this.#answers = answers;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Rejects with the server's error (code and hint in `data`), or `interrupted` when the server ended meanwhile. */
  async request<M extends Method>(method: M, params: Params<M>, token?: vscode.CancellationToken): Promise<Result<M>> {
    const connection = await this.#connected();
    try {
      // The server parses params and builds results by the same table.
      return (await connection.request(method, params, token)) as Result<M>;
    } catch (error) {
      if (await this.#isCurrent(connection)) throw error;
      throw new SessionError('interrupted', l10n.t('The session server ended before it answered'), {
        hint: l10n.t('It is started again; try once more'),
        cause: error,
      });
    }
  }

  /** Listens to a notification, through restarts. Returns its stop. */
  on<N extends NotificationName>(name: N, listener: Listener<N>): vscode.Disposable {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return new vscode.Disposable(() => listeners.delete(listener));
  }

  /** Tells a running server about the window's folders; one that is not running is told when it starts. */
  async sendFolders(): Promise<void> {
    if (this.#connection) await this.request('folders/set', this.#prepare());
  }

  /** Starts a new server on the person's word, whatever was before. */
  async restart(): Promise<void> {
    this.#budget.reset();
    const old = this.#connection;
    this.#connection = undefined;
    this.#setState('starting');
    await old
      ?.then((connection) => connection.stop())
      .catch((error: unknown) => this.#log.warn(`the old server did not stop: ${messageOf(error)}`));
    await this.#connected();
  }

  async stop(): Promise<void> {
    this.#disposed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then((running) => running.stop()).catch((error: unknown) => this.#log.debug(`stopping: ${messageOf(error)}`));
  }

  dispose(): void {
    void this.stop();
    this.#stateChanged.dispose();
  }

  /** The running server: the first call starts one, calls made while it starts or is started again wait. */
  async #connected(): Promise<ServerConnection> {
    for (;;) {
      if (this.#disposed) throw new SessionError('interrupted', l10n.t('Skein is being closed'));
      if (this.#state === 'stopped') {
        throw new SessionError('interrupted', l10n.t('The session server stopped'), {
          hint: l10n.t('start it again from the Sessions view'),
        });
      }
      const connection = (this.#connection ??= this.#start('starting', 0));
      try {
        return await connection;
      } catch (error) {
        // A start that failed was replaced by the next one, until there is none.
        if (this.#connection === connection) throw error;
      }
    }
  }

  #start(state: 'starting' | 'restarting', delayMs: number): Promise<ServerConnection> {
    this.#setState(state);
    const starting = this.#open(delayMs, () => this.#ended(starting));
    starting.catch((error: unknown) => {
      this.#log.error(`the session server did not start: ${messageOf(error)}`);
      this.#ended(starting);
    });
    return starting;
  }

  async #open(delayMs: number, ended: () => void): Promise<ServerConnection> {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    // A name in a variable: this bundle must not swallow the other one.
    const bundle = './languageClient.cjs';
    const { startLanguageClient } = (await import(bundle)) as typeof languageClient;
    const module = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'server.js').fsPath;
    const connection = await startLanguageClient({ module, log: this.#log, env: {}, answers: this.#answers, ended });
    for (const name of Object.keys(notificationNames) as NotificationName[]) {
      connection.on(name, (params) => this.#deliver(name, params));
    }
    try {
      await connection.request('folders/set', this.#prepare());
    } catch (error) {
      await connection.stop();
      throw error;
    }
    this.#setState('running');
    return connection;
  }

  /** One end of one server, reported by its connection, by its failed start, or both: only the first counts. */
  #ended(connection: Promise<ServerConnection>): void {
    if (this.#disposed || this.#connection !== connection) return;
    const delayMs = this.#budget.take(Date.now());
    if (delayMs === undefined) {
      this.#connection = undefined;
      this.#log.error('the session server ended five times in three minutes: it is not started again by itself');
      this.#setState('stopped');
      return;
    }
    this.#log.warn('the session server ended: it is started again');
    this.#connection = this.#start('restarting', delayMs);
  }

  async #isCurrent(connection: ServerConnection): Promise<boolean> {
    return this.#state === 'running' && (await this.#connection?.catch(() => undefined)) === connection;
  }

  #deliver(name: NotificationName, params: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) (listener as (params: unknown) => void)(params);
  }

  #setState(state: ServerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }
}

import * as vscode from 'vscode';
import type { Notification } from '../protocol/requests.js';
import type { SessionClient } from './sessionClient.js';
import { TurnTracker, type TurnNotice, type TurnState } from './turnTracker.js';

export interface TurnEvent extends TurnNotice {
  readonly folder: string;
  readonly id: string;
}

/** The turns that run in this window. */
export class Turns implements vscode.Disposable {
  readonly #tracker = new TurnTracker();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #noticed = new vscode.EventEmitter<TurnEvent>();
  readonly #subscriptions: vscode.Disposable;

  readonly onChanged = this.#changed.event;
  /** A turn ended or waits. */
  readonly onNoticed = this.#noticed.event;

  constructor(client: SessionClient) {
    this.#subscriptions = vscode.Disposable.from(
      client.on('turn/update', (params) => this.#update(params)),
      client.onState((state) => {
        if (state !== 'running') this.#tracker.clear();
        this.#changed.fire();
      }),
    );
  }

  get all(): ReadonlyMap<string, TurnState> {
    return this.#tracker.turns;
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
    this.#noticed.dispose();
  }

  #update({ folder, id, update }: Notification<'turn/update'>): void {
    const before = this.#tracker.turns.get(id);
    const notice = this.#tracker.update(id, update);
    if (this.#tracker.turns.get(id) !== before) this.#changed.fire();
    if (notice) this.#noticed.fire({ folder, id, ...notice });
  }
}

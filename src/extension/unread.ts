import * as vscode from 'vscode';

const key = 'skein.unread';

/** Sessions whose last turn ended while nobody looked. Kept with the workspace, so that a reload does not forget. */
export class Unread implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #ids: Set<string>;
  readonly #changed = new vscode.EventEmitter<string>();

  readonly onChanged = this.#changed.event;

  constructor(state: vscode.Memento) {
    this.#state = state;
    this.#ids = new Set(state.get<string[]>(key));
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  set(id: string, unread: boolean): void {
    if (this.#ids.has(id) === unread) return;
    if (unread) this.#ids.add(id);
    else this.#ids.delete(id);
    void this.#state.update(key, [...this.#ids]);
    this.#changed.fire(id);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

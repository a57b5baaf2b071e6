import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { openWorkspace } from '../core/openWorkspace.js';
import type { Editor, TurnListener, Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { Holder } from '../model/row.js';

export interface WorkspacesOptions {
  readonly program: string;
  readonly surface: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Whether programs may be started for a folder that nobody spoke for yet. */
  readonly trustByDefault: boolean;
  readonly editor?: Editor;
  readonly changed?: (folder: string, ids: readonly string[]) => void;
  readonly turn?: (folder: string, ...update: Parameters<TurnListener>) => void;
  readonly leased?: (folder: string, id: string, holder: Holder | undefined) => void;
}

interface Opened {
  readonly workspace: Promise<Workspace>;
  readonly stop: (() => void)[];
}

/** The folders of one window, each opened when first asked for and kept open. Folders are known by the path they came with. */
export class Workspaces {
  readonly #options: WorkspacesOptions;
  readonly #opened = new Map<string, Opened>();
  readonly #trust = new Map<string, boolean>();

  constructor(options: WorkspacesOptions) {
    this.#options = options;
  }

  /** The workspace of an absolute folder path. */
  get(folder: string): Promise<Workspace> {
    if (!isAbsolute(folder)) throw new SessionError('usage', `"${folder}" is not an absolute folder path`);
    const known = this.#opened.get(folder);
    if (known) return known.workspace;
    const stop: (() => void)[] = [];
    const workspace = this.#open(folder, stop);
    this.#opened.set(folder, { workspace, stop });
    // A folder that could not be opened is tried again at the next request.
    workspace.catch(() => this.#opened.delete(folder));
    return workspace;
  }

  /** The window's folders and whether each is trusted; a folder that left the window is closed. */
  async set(folders: readonly { readonly path: string; readonly trusted: boolean }[]): Promise<void> {
    this.#trust.clear();
    for (const { path, trusted } of folders) this.#trust.set(path, trusted);
    const left = [...this.#opened.keys()].filter((path) => !this.#trust.has(path));
    await Promise.all(left.map((path) => this.#close(path)));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#opened.keys()].map((path) => this.#close(path)));
  }

  async #open(folder: string, stop: (() => void)[]): Promise<Workspace> {
    const { program, surface, env, logger, trustByDefault, changed, turn, leased, editor } = this.#options;
    const dir = await realpath(folder).catch((cause: unknown) => {
      throw new SessionError('gone', `${folder} is not there any more`, { hint: 'open the folder again', cause });
    });
    const trusted = (): boolean => this.#trust.get(folder) ?? trustByDefault;
    const workspace = await openWorkspace(dir, { program, surface, env, logger, trusted, ...(editor && { editor }) });
    if (changed) stop.push(workspace.onChanged((ids) => changed(folder, ids)));
    if (leased) stop.push(workspace.onLease((id, holder) => leased(folder, id, holder)));
    if (turn) stop.push(workspace.onTurn((id, seq, update) => turn(folder, id, seq, update)));
    return workspace;
  }

  async #close(folder: string): Promise<void> {
    const opened = this.#opened.get(folder);
    this.#opened.delete(folder);
    if (!opened) return;
    const workspace = await opened.workspace.catch(() => undefined);
    for (const stop of opened.stop) stop();
    await workspace?.dispose();
  }
}

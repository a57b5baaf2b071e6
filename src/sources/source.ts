import type { Entry } from '../model/entry.js';
import type { Problem, SessionRow } from '../model/row.js';

export interface SourceInfo {
  readonly name: string;
  readonly title: string;
  /** The folder or file its program keeps sessions in. */
  readonly path: string;
  readonly found: boolean;
  readonly version?: string | undefined;
  readonly count?: number | undefined;
  /** Why it is read-only or cannot be read: shown as it is. */
  readonly readOnly?: string | undefined;
  readonly problem?: string | undefined;
}

export interface SourceList {
  /** Rows of every folder; the caller picks by `workdir`. Ids are `<source>:<own id>`. */
  readonly rows: readonly SessionRow[];
  /** Files that could not be read, each named. Never a reason to fail the list. */
  readonly problems: readonly Problem[];
  /** By row id: a text that differs whenever the session's transcript may. What has none is read again each time. */
  readonly stamps?: ReadonlyMap<string, string>;
}

/** What a source is opened with. */
export interface SourceOptions {
  /** Says where programs keep their sessions: each program's own variables, else `HOME`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The open folder, its repository and its worktrees, for programs that keep sessions in the folder itself. */
  readonly folders?: readonly string[];
  /** Where what takes long to find out may be kept for the next process, in files of the source's name. */
  readonly cache?: string;
  readonly platform?: NodeJS.Platform;
  readonly now?: () => number;
}

/** Puts back what was removed; `undo` is what the journal keeps: plain JSON. */
export interface SourceRemoval {
  remove(id: string, keepIn: string): Promise<{ readonly kept: readonly string[] }>;
  restore(kept: readonly string[]): Promise<void>;
}

/** Another program's session store. Abilities are optional objects: what is absent is not safe or not possible. */
export interface Source {
  readonly name: string;
  readonly title: string;
  info(): Promise<SourceInfo>;
  list(signal?: AbortSignal): Promise<SourceList>;
  /** The transcript as our entries. `ownId` is without the source's prefix. Empty where the program keeps none. */
  read(ownId: string): Promise<readonly Entry[]>;
  readonly rename?: (ownId: string, title: string) => Promise<void>;
  readonly tag?: (ownId: string, tags: readonly string[]) => Promise<void>;
  readonly removal?: SourceRemoval;
  /** Calls back, coalesced, when something changed. Returns its stop. */
  watch(changed: () => void): () => void;
}

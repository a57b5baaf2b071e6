import type { ContentBlock, Entry } from '../model/entry.js';
import type { SessionError } from '../model/errors.js';
import type { Finding } from '../model/report.js';
import type { Holder, Problem, SessionRow } from '../model/row.js';
import type { SessionRecord } from '../model/record.js';

/** Who writes: goes into locks, and into the journal so that `undo` takes back this surface's own last change. */
export interface Actor {
  readonly program: string;
  /** `cli`, `window:<id>`, … : undo is per surface. */
  readonly surface: string;
}

/** A new session's first fields; the rest follow from them. `version`, `revision` and `transcript` are the store's own. */
export type NewRecord = Pick<SessionRecord, 'workdir'> & Partial<SessionRecord>;

export interface DeletedRow {
  readonly row: SessionRow;
  readonly deleted_at: string;
}

/** What a batch of changes did, for the journal and the Undo button. */
export interface UndoResult {
  /** Words for the person: `Deleted "Fix login"`. */
  readonly what: string;
  readonly ids: readonly string[];
  /** What `journal` was given: the caller carries it out, the store only kept it and marked the change as undone. */
  readonly data?: unknown;
}

/** What the list index knows of every session: enough to filter and sort by without reading its record. Times in milliseconds. */
export interface SessionBrief {
  readonly id: string;
  readonly backend: string;
  readonly status: string;
  /** Empty when there is none. */
  readonly model: string;
  readonly workdir: string;
  readonly tags: readonly string[];
  readonly archived: boolean;
  readonly pinned: boolean;
  readonly created: number;
  readonly last_used: number;
  readonly tokens: number;
  readonly cost_usd: number | null;
  /** Whether its row has a `problem`: the other fields are then what could be made out. */
  readonly problem: boolean;
}

export interface StoreQuery {
  readonly where?: ((brief: SessionBrief) => boolean) | undefined;
  /** Largest first; sessions that are equal come in the order of their ids. Default `last_used`. */
  readonly sort?: 'last_used' | 'created' | 'tokens' | 'cost' | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

export interface StoreQueryResult {
  readonly rows: readonly SessionRow[];
  /** How many sessions fit `where`, before `offset` and `limit`. */
  readonly matched: number;
  /** How many sessions the store holds. */
  readonly total: number;
}

/**
 * Our sessions of one store folder. Safe for any number of processes: see FORMAT.md. Writes reject with `busy`
 * (naming the holder), `gone`, `newer_version`, `read_only`, `disk_full` or `damaged`.
 */
export interface Store {
  /** The `.skein` folder. It may not exist until the first write. */
  readonly root: string;

  /** Every session of the store as rows, damaged ones as rows with a `problem`. Never stale; uses the derived index. */
  list(): Promise<readonly SessionRow[]>;
  /** As `list`, reading only the records of the rows that come back: for stores with very many sessions. */
  query(options: StoreQuery): Promise<StoreQueryResult>;
  /** One row, fresh. `not_found` when there is neither record nor transcript. */
  row(id: string): Promise<SessionRow>;
  /** The record; rebuilt from the transcript (a `salvaged` problem in the row) where it does not parse. */
  read(id: string): Promise<SessionRecord>;

  create(fields: NewRecord, entries?: readonly Entry[]): Promise<SessionRecord>;
  /**
   * Changes a record under its lock: lock, read and parse, change, revision + 1, rename, unlock. `change` gets a copy
   * and returns the fields to set (`undefined` removes one). An `info` entry with what changed goes to the transcript first.
   * With `undo` the change is journalled under these words before the act.
   */
  update(id: string, change: (record: SessionRecord) => Partial<SessionRecord>, undo?: { readonly what: string }): Promise<SessionRecord>;
  /** Appends a batch: one lock, one write, one fsync. Counts, usage and last_used_at follow in the record within a second or at `settle`. */
  append(id: string, entries: readonly Entry[]): Promise<void>;
  /**
   * Appends what `entries` gives where no turn runs, under the session's lock, for which a turn that begins waits; `false`, and nothing
   * written, where one does. `entries` may read the session and must not write to it.
   */
  appendWhileIdle(id: string, entries: () => Promise<readonly Entry[]>): Promise<boolean>;
  /** The content with the bytes of its pictures moved into files of the store, as `create` and `append` keep them. */
  keepPictures(content: readonly ContentBlock[]): Promise<readonly ContentBlock[]>;
  /** The content with the bytes of its pictures put back; a picture whose file is gone stays without. */
  loadPictures(content: readonly ContentBlock[]): Promise<readonly ContentBlock[]>;
  /** Brings the record up to its transcript now: called at the end of a turn. */
  settle(id: string): Promise<SessionRecord>;
  /** Entries in order, each once; entries that do not parse are skipped and counted. */
  entries(
    id: string,
    options?: { readonly last?: number },
  ): Promise<{ readonly entries: readonly Entry[]; readonly skipped: readonly Problem[] }>;
  /** What holders wrote that had lost the session: in the file, and in no reading of it. */
  setAside(id: string): Promise<readonly Entry[]>;
  /** By id, a word for the state of a session's files: it differs whenever its record or transcript may. */
  states(): Promise<ReadonlyMap<string, string>>;
  /** Calls back with each entry and each line's raw text without holding the whole file: for search and export. */
  scan(id: string, each: (entry: Entry) => boolean | undefined): Promise<void>;

  /** What streams and is not yet an entry, nothing included; replaced as a whole, kept for crash and reload. `null` when the turn ended. */
  writePartial(id: string, partial: readonly Entry[] | null): Promise<void>;
  /** Partials left by a turn whose process is gone, in any session or in one, become entries with `stop_reason: "interrupted"`. */
  recoverPartials(only?: string): Promise<readonly string[]>;

  /** A new session with the entries up to and including `at` (default: all), their ids kept, usage as `inherited`. */
  fork(id: string, options: { readonly at?: string | undefined; readonly fields?: Partial<NewRecord> }): Promise<SessionRecord>;

  /** Moves sessions to the trash as one undoable change; with the reason `undo` it is itself the undoing of one, and not journalled. */
  remove(ids: readonly string[], options?: { readonly reason?: 'delete' | 'clean' | 'undo' }): Promise<void>;
  trashed(): Promise<readonly DeletedRow[]>;
  /** Puts trashed sessions back. */
  restore(ids: readonly string[]): Promise<void>;
  /** Undoes the last change of this actor's surface that is not undone yet; `null` when there is none. */
  undo(): Promise<UndoResult | null>;
  /**
   * Journals a change that the caller is about to make outside this store (another program's session deleted) or to many
   * records at once, so that all changes of a surface are undone in one order. `undo` hands `data` (plain JSON) back.
   * Gives what to call where the act came to nothing: there is nothing to undo then.
   */
  journal(change: { readonly what: string; readonly ids: readonly string[]; readonly data: unknown }): Promise<() => Promise<void>>;

  /**
   * The right to run turns in the session. `busy` with the holder's name when another live process has it; with `takeOver` it is
   * taken from that one. Until it is released, `append` and `writePartial` here are under it: `fenced` when it was lost.
   */
  acquireLease(id: string, options?: { readonly takeOver?: boolean | undefined }): Promise<Lease>;

  /** Ends the right of whoever has it, as `takeOver` does, and leaves the session free. */
  breakLease(id: string): Promise<void>;

  /** Whether the holder that a row tells is this store itself. */
  isOurs(holder: Holder): boolean;

  /** Reads a session on that another process runs. `not_found` when there is none. */
  tail(id: string): Promise<SessionTail>;

  /** All findings; with `fix`, mends what can be mended (undoable) and keeps what it moves. */
  doctor(options?: { readonly fix?: boolean }): Promise<readonly Finding[]>;

  /** Calls back with changed ids (empty: anything), at most every 100 ms. Polls where watching fails. Returns its stop. */
  watch(changed: (ids: readonly string[]) => void): () => void;
  /** Whole files for a bundle, byte for byte: name to bytes. */
  files(id: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Writes a bundle's files as a session; a new id is given by the caller where its own is taken. */
  importFiles(id: string, files: ReadonlyMap<string, Uint8Array>): Promise<SessionRecord>;
}

/** The right to run turns in one session. Released by the process that holds it, or by its death. */
export interface Lease {
  readonly id: string;
  readonly epoch: number;
  /** Resolves with the `fenced` error that says who took the session over, as soon as that is seen; else never. */
  readonly lost: Promise<SessionError>;
  /** As the store's `update`, for what the turn changes: `fenced` when the session was taken over. */
  update(change: (record: SessionRecord) => Partial<SessionRecord>): Promise<SessionRecord>;
  /** Shows in every list whether the turn runs or waits for the person. */
  setState(state: 'running' | 'waiting'): Promise<void>;
  /** Lets go of it; one that was lost is let be. */
  release(): Promise<void>;
}

/** What a look at a session finds that another process writes. */
export interface TailLook {
  /** Who runs its turn, when that is another; `undefined` also when it died. */
  readonly holder: Holder | undefined;
  /** What streams, as far as it is written down; none of it is in the transcript. */
  readonly partial: readonly Entry[];
  /** Whether a partial is there at all: a turn that is over leaves none. */
  readonly unended: boolean;
  /** Entries since the last look. */
  readonly entries: readonly Entry[];
  readonly skipped: readonly Problem[];
}

/** Reads a session on, look after look: only what is new of its transcript, and what streams. */
export interface SessionTail {
  /** Who runs the session's turn, when that is another process. */
  holder(): Promise<Holder | undefined>;
  look(): Promise<TailLook>;
}

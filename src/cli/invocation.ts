import type { Workspace } from '../core/workspace.js';
import type { Logger } from '../model/logger.js';
import type { Options } from './options.js';
import type { Terminal } from './terminal.js';

/** `process.exitCode`: DESIGN section 5. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130;

/** One run of a command: what was asked, and what it may use. */
export interface Invocation {
  /** The words of the command that are not options. */
  readonly args: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** The real path of the folder it works in: `--path`, else the current one. */
  readonly folder: () => Promise<string>;
  /** Opens that folder's workspace, once; `other` opens another folder or another environment. Closed when the command ends. */
  readonly open: (other?: { readonly folder?: string; readonly env?: Readonly<Record<string, string | undefined>> }) => Promise<Workspace>;
  /** Runs at the end, whatever happened: last registered first. */
  readonly atEnd: (work: () => Promise<void>) => void;
}

/** A command's work. Without a code it was done: exit 0. Errors are thrown and become words in failure.ts. */
export type Command = (invocation: Invocation) => Promise<ExitCode | undefined>;

/** Makes the session when there is something to send to it, and says so on the terminal. */
export type SessionOf = (terminal: Terminal) => Promise<string>;

import { watch as watchFolder, type FSWatcher } from 'node:fs';
import * as path from 'node:path';
import { messageOf } from '../model/errors.js';
import type { FileStat } from './filePort.js';
import { idOf, sessionStates } from './sessionStates.js';
import type { StoreContext } from './storeContext.js';

/** No caller hears more often than this. */
const restMs = 100;
/** So long changes are gathered: a write is several events. */
const gatherMs = 20;
/** How often is looked whether the folder is there, is the one that is watched, and changed without a word (network folders). */
const lookMs = 250;
/** How often every file is looked at where watching fails. */
const pollMs = 1000;

/** Watches a store's sessions: also before there are any, and by looking where the system gives no watch. Stop it when done. */
export class SessionWatch {
  readonly #context: StoreContext;
  readonly #changed: (ids: readonly string[]) => void;
  readonly #looking: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #polling: NodeJS.Timeout | undefined;
  #folder: FileStat | undefined;
  #heard = new Set<string>();
  #telling: NodeJS.Timeout | undefined;
  #toldAt = 0;

  /** `changed` gets the ids, none when it may be any. */
  constructor(context: StoreContext, changed: (ids: readonly string[]) => void) {
    this.#context = context;
    this.#changed = changed;
    this.#folder = this.#look();
    this.#begin();
    this.#looking = setInterval(() => {
      this.#lookAgain();
    }, lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#telling);
    this.#end();
  }

  #begin(): void {
    this.#end();
    if (this.#folder === undefined) return;
    const { sessions } = this.#context;
    try {
      this.#watcher = watchFolder(sessions, { persistent: false }, (event, name) => {
        // It went itself: what has its place next is another, perhaps with its very inode.
        if (event === 'rename' && name === path.basename(sessions)) this.#folder = undefined;
        this.#hear(idOf(name));
      });
      this.#watcher.on('error', (error) => {
        this.#poll(error);
      });
    } catch (error) {
      this.#poll(error);
    }
  }

  #end(): void {
    clearInterval(this.#polling);
    this.#watcher?.close();
    [this.#polling, this.#watcher] = [undefined, undefined];
  }

  /** The system has no watch to give, or took it back. */
  #poll(cause: unknown): void {
    const { logger, sessions } = this.#context;
    logger.debug(`${sessions} is polled: ${messageOf(cause)}`);
    this.#end();
    let known: ReadonlyMap<string, string> | undefined;
    let busy = false;
    const look = async (): Promise<void> => {
      const states = await sessionStates(this.#context);
      for (const id of known === undefined ? [] : differing(known, states)) this.#hear(id);
      known = states;
    };
    const tick = (): void => {
      if (busy) return;
      busy = true;
      look()
        .catch((error: unknown) => {
          logger.debug(`${sessions}: ${messageOf(error)}`);
        })
        .finally(() => {
          busy = false;
        });
    };
    tick();
    this.#polling = setInterval(tick, pollMs).unref();
  }

  #lookAgain(): void {
    const folder = this.#look();
    if (folder?.ino !== this.#folder?.ino) {
      this.#folder = folder;
      this.#begin();
      this.#hear('');
    } else if (folder?.mtimeMs !== this.#folder?.mtimeMs && this.#telling === undefined) this.#hear('');
  }

  #look(): FileStat | undefined {
    try {
      const stat = this.#context.port.lstatSync(this.#context.sessions);
      return stat.kind === 'folder' ? stat : undefined;
    } catch {
      // Not there yet, or not any more: it is looked for again.
      return undefined;
    }
  }

  #hear(id: string): void {
    this.#heard.add(id);
    this.#telling ??= setTimeout(
      () => {
        this.#tell();
      },
      Math.max(gatherMs, this.#toldAt + restMs - Date.now()),
    ).unref();
  }

  #tell(): void {
    const heard = this.#heard;
    this.#heard = new Set();
    this.#telling = undefined;
    this.#toldAt = Date.now();
    const folder = this.#look();
    // Another one by now is for `#lookAgain`, which watches that.
    if (folder?.ino === this.#folder?.ino) this.#folder = folder;
    this.#changed(heard.has('') ? [] : [...heard]);
  }
}

function differing(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter((id) => before.get(id) !== now.get(id));
}

import { existsSync } from 'node:fs';
import { SessionError } from '../model/errors.js';
import type { Source, SourceOptions } from './source.js';

/** A program whose sessions can be read, before anything of how is loaded. */
export interface Program {
  readonly name: string;
  readonly title: string;
  /** The folders without which it has no session. */
  readonly homes: (options: SourceOptions) => readonly string[];
  /** What it may be able to do, on some systems. */
  readonly abilities?: { readonly rename?: true; readonly removal?: true };
  readonly load: () => Promise<(options: SourceOptions) => Source>;
}

/** A source that is loaded when its program has left something to be read: most people have two or three of them. */
export function lazySource({ name, title, homes, abilities = {}, load }: Program, options: SourceOptions): Source {
  let loading: Promise<Source> | undefined;
  const loaded = (): Promise<Source> => (loading ??= load().then((open) => open(options)));
  const places = homes(options);

  async function able<K extends 'rename' | 'removal'>(ability: K): Promise<NonNullable<Source[K]>> {
    const source = await loaded();
    const found = source[ability];
    if (found !== undefined) return found;
    throw new SessionError('read_only', (await source.info()).readOnly ?? `${title}'s sessions are read-only here`);
  }

  return {
    name,
    title,
    info: async () => (await loaded()).info(),
    list: async (signal) => (places.some((place) => existsSync(place)) ? (await loaded()).list(signal) : { rows: [], problems: [] }),
    read: async (ownId) => (await loaded()).read(ownId),
    ...(abilities.rename && { rename: async (ownId, newTitle) => (await able('rename'))(ownId, newTitle) }),
    ...(abilities.removal && {
      removal: {
        remove: async (id, keepIn) => (await able('removal')).remove(id, keepIn),
        restore: async (kept) => (await able('removal')).restore(kept),
      },
    }),
    watch(changed) {
      let stop: (() => void) | undefined;
      let isWanted = true;
      loaded()
        .then((source) => {
          if (isWanted) stop = source.watch(changed);
        })
        // Without it there is nothing to watch; why says the list.
        .catch(() => undefined);
      return () => {
        isWanted = false;
        stop?.();
      };
    },
  };
}

import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import type { HomeFile } from '../config/homeFile.js';

/** By the session's id, `<source>:<own id>`: when it was hidden. */
const hiddenSchema = z.looseObject({ version: z.literal(1), sessions: z.record(z.string(), z.string()) });
type Hidden = z.infer<typeof hiddenSchema>;

/**
 * `$SKEIN_HOME/hidden.json`: other programs' sessions that this person deleted from Skein's lists. Their stores know nothing of
 * it: there the sessions are as they were.
 */
export class HiddenRows {
  readonly #file: HomeFile;

  constructor(file: HomeFile) {
    this.#file = file;
  }

  /** Ids, each with when it was hidden (ISO 8601). */
  async all(): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries(this.#parse(await this.#file.read()).sessions));
  }

  async hide(ids: readonly string[], at: string): Promise<void> {
    await this.#change((sessions) => ({ ...sessions, ...Object.fromEntries(ids.map((id) => [id, at])) }));
  }

  async show(ids: readonly string[]): Promise<void> {
    const shown = new Set(ids);
    const known = await this.all();
    if (!ids.some((id) => known.has(id))) return;
    await this.#change((sessions) => Object.fromEntries(Object.entries(sessions).filter(([id]) => !shown.has(id))));
  }

  async #change(change: (sessions: Hidden['sessions']) => Hidden['sessions']): Promise<void> {
    await this.#file.change((text) => {
      const hidden = this.#parse(text);
      return `${JSON.stringify({ ...hidden, sessions: change(hidden.sessions) }, undefined, 2)}\n`;
    });
  }

  #parse(text: string | undefined): Hidden {
    if (text === undefined) return { version: 1, sessions: {} };
    const parsed = hiddenSchema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new SessionError('damaged', `${this.#file.path} does not parse`, { hint: 'mend it or remove it: all sessions then show again' });
  }
}

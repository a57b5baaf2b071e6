import * as z from 'zod';
import { jsonOf } from '../../model/json.js';
import type { SessionRecord } from '../../model/record.js';
import type { HomeFile } from '../config/homeFile.js';

const idsSchema = z.looseObject({
  version: z.literal(1),
  store: z.string(),
  sessions: z.record(z.string(), z.array(z.string())),
  /** When a session went on elsewhere, by the name of the conversation that it left. */
  left: z.record(z.string(), z.string()).default({}),
});
type Ids = z.infer<typeof idsSchema>;

/** A session that changes its agents often forgets the oldest. */
const mostNames = 20;

/** A conversation of a program, by the program's name and its own id. */
export const agentName = (backend: string, id: string): string => `agent:${backend}:${id}`;
export const originName = (source: string, id: string): string => `origin:${source}:${id}`;

/**
 * `$SKEIN_HOME/agent-sessions/<store>.json`: which conversations of agents and other programs this person's own Skein tied to which
 * session. A record that names one, and is not told of here, may come from a stranger: what the person said to an agent in another
 * folder is then neither resumed nor read for it.
 */
export class OwnIds {
  readonly #file: HomeFile;
  readonly #root: string;

  /** `root`: the store that the file is about. */
  constructor(file: HomeFile, root: string) {
    this.#file = file;
    this.#root = root;
  }

  async has(session: string, name: string): Promise<boolean> {
    return this.#parse(await this.#file.read()).sessions[session]?.includes(name) === true;
  }

  /** The record without an agent's conversation that our own Skein did not tie to it. */
  async believed(record: SessionRecord): Promise<SessionRecord> {
    const { backend_session_id: own, ...rest } = record;
    return own === undefined || (await this.has(record.id, agentName(record.backend, own))) ? record : rest;
  }

  /** Ties conversations to the session; those of agents that it had before are left from now on. */
  async keep(session: string, ...names: readonly string[]): Promise<void> {
    const { sessions, left: gone } = this.#parse(await this.#file.read());
    if (names.every((name) => sessions[session]?.includes(name) && gone[name] === undefined)) return;
    await this.#file.change((text) => {
      const ids = this.#parse(text);
      const before = ids.sessions[session] ?? [];
      const kept = [...new Set([...before, ...names])].slice(-mostNames);
      const now = new Date().toISOString();
      const leaves = before.filter((name) => name.startsWith('agent:') && !names.includes(name) && ids.left[name] === undefined);
      const left = Object.entries({ ...ids.left, ...Object.fromEntries(leaves.map((name) => [name, now])) });
      const still = Object.fromEntries(left.filter(([name]) => !names.includes(name)));
      return `${JSON.stringify({ ...ids, sessions: { ...ids.sessions, [session]: kept }, left: still }, undefined, 1)}\n`;
    });
  }

  /** The conversations that sessions have left for others, each with the time, in milliseconds. */
  async former(): Promise<ReadonlyMap<string, readonly (readonly [name: string, left: number])[]>> {
    const { sessions, left } = this.#parse(await this.#file.read());
    const timed = (name: string) => (left[name] === undefined ? [] : [[name, Date.parse(left[name])] as const]);
    return new Map(Object.entries(sessions).map(([session, names]) => [session, names.flatMap(timed)]));
  }

  /** One that does not parse costs no more than that agents are told the history anew. */
  #parse(text: string | undefined): Ids {
    const parsed = idsSchema.safeParse(text === undefined ? undefined : jsonOf(text));
    return parsed.success && parsed.data.store === this.#root ? parsed.data : { version: 1, store: this.#root, sessions: {}, left: {} };
  }
}

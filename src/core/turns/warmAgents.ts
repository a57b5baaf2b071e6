import type { AgentConnection, AgentSession } from '../../agents/agent.js';
import { messageOf } from '../../model/errors.js';
import type { CoreContext } from '../context.js';

/** A session that nobody used for this long leaves memory. Its files stay as they are. */
const idleMs = 24 * 3_600_000;
/** How often idle sessions are looked for. */
const sweepMs = 10 * 60_000;
/** Agents take hundreds of megabytes each: the one used longest ago goes first. */
const mostWarm = 8;

/** An agent process that holds a session, between its turns. */
export interface WarmAgent {
  readonly connection: AgentConnection;
  readonly session: AgentSession;
  readonly backend: string;
  readonly cwd: string;
}

interface Kept {
  readonly agent: WarmAgent;
  /** The last entry that this agent knows of. */
  readonly lastEntry: string | undefined;
  readonly since: number;
}

/** Agents kept warm between turns, so that the next turn of a session needs no start. */
export class WarmAgents {
  readonly #kept = new Map<string, Kept>();
  readonly #context: Pick<CoreContext, 'now' | 'logger' | 'store'>;
  readonly #sweep: NodeJS.Timeout;
  #titling: Promise<void> = Promise.resolve();

  constructor(context: Pick<CoreContext, 'now' | 'logger' | 'store'>) {
    this.#context = context;
    this.#sweep = setInterval(() => this.#dropIdle(), sweepMs).unref();
  }

  /**
   * The session's agent, which is then the caller's. None when it is another agent or folder than wanted, or when the session
   * went on elsewhere since, so that this agent does not know all of it.
   */
  take(
    id: string,
    wanted: { readonly backend: string; readonly cwd: string; readonly lastEntry: string | undefined },
  ): WarmAgent | undefined {
    const kept = this.#kept.get(id);
    if (!kept) return undefined;
    this.#kept.delete(id);
    const { agent, lastEntry } = kept;
    if (agent.backend === wanted.backend && agent.cwd === wanted.cwd && lastEntry === wanted.lastEntry) return agent;
    this.#end(agent);
    return undefined;
  }

  /** Keeps an agent for the session's next turn. One that ends by itself is forgotten. */
  keep(id: string, agent: WarmAgent, lastEntry: string | undefined): void {
    const kept: Kept = { agent, lastEntry, since: this.#context.now() };
    this.#kept.set(id, kept);
    agent.session.lateTitle?.listen((title) => {
      this.#titling = this.#titling.then(() => this.#title(id, title));
    });
    void agent.connection.closed.then(() => {
      if (this.#kept.get(id) === kept) this.#kept.delete(id);
    });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostWarm && oldest !== undefined) this.drop(oldest);
  }

  /** Ends a kept agent, when the title that it may still think of has come. */
  async release(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (!kept) return;
    const { session, connection } = kept.agent;
    try {
      await session.lateTitle?.come();
    } finally {
      await connection.dispose();
    }
    await this.#titling;
  }

  drop(id: string): void {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept) this.#end(kept.agent);
  }

  async dispose(): Promise<void> {
    clearInterval(this.#sweep);
    const { logger } = this.#context;
    const ending = [...this.#kept].map(([id, { agent }]) =>
      this.release(id).catch((error: unknown) => logger.warn(`${agent.backend} did not end well: ${messageOf(error)}`)),
    );
    await Promise.all(ending);
  }

  /** A title that the person gave stands, whatever the agent thinks of. */
  async #title(id: string, title: string): Promise<void> {
    const { store, logger } = this.#context;
    try {
      await store.update(id, (record) => (record.title_source === 'user' ? {} : { title }));
    } catch (error) {
      logger.debug(`the title of ${id} is not kept: ${messageOf(error)}`);
    }
  }

  #dropIdle(): void {
    for (const [id, { since }] of this.#kept) if (this.#context.now() - since >= idleMs) this.drop(id);
  }

  #end({ connection, backend }: WarmAgent): void {
    connection.dispose().catch((error: unknown) => this.#context.logger.warn(`${backend} did not end well: ${messageOf(error)}`));
  }
}

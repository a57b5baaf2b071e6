import * as acp from '@agentclientprotocol/sdk/unstable';
import * as z from 'zod';
import type { Logger } from '../model/logger.js';
import { messageOf, type SessionError } from '../model/errors.js';
import { answeredError, endedError, nonsenseError, silentError, startError } from './acpFailure.js';
import { acpStream } from './acpStream.js';
import { AgentProcess, type AgentProcessOptions, type ProcessEnd } from './agentProcess.js';

/** Where a session gets what its agent sends without being asked. */
export interface SessionEvents {
  update(update: Readonly<Record<string, unknown>>): void;
  permission(request: acp.RequestPermissionRequest): Promise<acp.RequestPermissionResponse>;
}

const notificationSchema = z.looseObject({ sessionId: z.string(), update: z.record(z.string(), z.unknown()) });

/** A process opens a session at a time: more that nobody has heard of are none of ours. */
const mostEarly = 16;

/** How long a process may live on after it closed its stdout: it cannot be talked to any more. */
const lingerMs = 500;

/** A running agent process and the protocol spoken with it. Every failure leaves as a SessionError in words. */
export class AcpLink {
  readonly process: AgentProcess;
  readonly #connection: acp.ClientConnection;
  readonly #sessions = new Map<string, SessionEvents>();
  /** By session: the commands that an agent named at once, before anybody had heard of the session. */
  readonly #early = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #logger: Logger;

  /**
   * @param title what the agent is called in errors
   * @param mend puts a line of the agent's right, before it is read
   */
  constructor(
    readonly title: string,
    options: AgentProcessOptions,
    mend: (line: string) => string = (line) => line,
  ) {
    this.#logger = options.logger;
    this.process = new AgentProcess(options);
    this.#connection = acp
      .client({ name: 'skein' })
      .onRequest('session/request_permission', async ({ params }) => {
        const session = this.#sessions.get(params.sessionId);
        return (await session?.permission(params)) ?? { outcome: { outcome: 'cancelled' } };
      })
      .connect(acpStream(this.process, (params) => this.#update(params), mend));
    void this.#connection.closed.then(() => this.process.stop(lingerMs));
  }

  /**
   * From now on the session's events go there; what came before, such as the history that `session/load` replays, is dropped, all
   * but the session's commands: agents name them right behind the answer that makes it.
   */
  attach(sessionId: string, events: SessionEvents): void {
    this.#sessions.set(sessionId, events);
    const early = this.#early.get(sessionId);
    this.#early.clear();
    if (early) events.update(early);
  }

  /**
   * Asks and waits, as long as the agent lives or `ms`. Rejects with `agent_failed` when it ends, answers an error or something
   * that is not `schema`, or stays silent for `ms`: then it is also killed, since it holds up whoever asks next.
   */
  async request<T>(method: string, params: object, schema: z.ZodType<T>, ms?: number): Promise<T> {
    const answer = await this.#answer(method, params, ms);
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw nonsenseError(this.title, method, parsed.error);
    return parsed.data;
  }

  notify(method: string, params: object): void {
    this.#connection.agent
      .notify(method, params)
      .catch((error: unknown) => this.#logger.debug(`${this.title}: ${method}: ${messageOf(error)}`));
  }

  #answer(method: string, params: object, ms: number | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = ms === undefined ? undefined : setTimeout(() => this.#giveUp(method, ms, reject), ms);
      this.#connection.agent
        .request(method, params)
        .then(resolve, (error: unknown) => {
          if (error instanceof acp.RequestError) reject(answeredError(this.title, error));
          // The connection closed: the reason is known when the process has ended, which it is made to.
          else void this.process.ended.then((end) => reject(this.#endOf(end)));
        })
        .finally(() => clearTimeout(timer));
    });
  }

  #endOf(end: ProcessEnd): SessionError {
    return this.process.pid === undefined ? startError(this.title, end.lastWords) : endedError(this.title, end);
  }

  #giveUp(method: string, ms: number, reject: (error: Error) => void): void {
    reject(silentError(this.title, method, ms, this.process.lastWords()));
    this.process.kill();
  }

  #deliver(sessionId: string, update: Readonly<Record<string, unknown>>): void {
    const session = this.#sessions.get(sessionId);
    if (session) session.update(update);
    else if (update['sessionUpdate'] === 'available_commands_update' && this.#early.size < mostEarly) this.#early.set(sessionId, update);
  }

  #update(params: unknown): void {
    const parsed = notificationSchema.safeParse(params);
    try {
      if (parsed.success) this.#deliver(parsed.data.sessionId, parsed.data.update);
      else this.process.note('(an update that names no session)');
    } catch (error) {
      // One update that does not parse costs that update, not the turn.
      if (error instanceof z.ZodError) this.#logger.warn(`${this.title}: an update was not understood: ${z.prettifyError(error)}`);
      else this.process.killForFault(error);
    }
  }
}

import * as z from 'zod';
import type { SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import { endedError, nonsenseError, saidError, silentError, startError } from '../acpFailure.js';
import { readLines } from '../acpStream.js';
import { AgentProcess, type AgentProcessOptions } from '../agentProcess.js';

/** Where a thread's session gets what the server sends without being asked; what does not parse is its to pass over. */
export interface CodexEvents {
  event(method: string, params: Readonly<Record<string, unknown>>): void;
  /** Answers a question to the person; `undefined` where there is no answer to its kind. */
  question(method: string, params: Readonly<Record<string, unknown>>): Promise<object | undefined>;
}

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional().catch(undefined),
  result: z.unknown().optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});
type Message = z.infer<typeof messageSchema>;

/** How long a process may live on after it closed its stdout: it cannot be talked to any more. */
const lingerMs = 500;

/** A running `codex app-server`: a message a line, requests and notifications either way. */
export class CodexLink {
  readonly process: AgentProcess;
  readonly #asked = new Map<number, (answer: Message) => void>();
  readonly #threads = new Map<string, CodexEvents>();
  #requests = 0;

  /** @param title what the agent is called in errors. */
  constructor(
    readonly title: string,
    options: AgentProcessOptions,
  ) {
    this.process = new AgentProcess(options);
    void readLines(this.process, (line) => this.#hear(line)).then(() => this.process.stop(lingerMs));
  }

  /** From now on what concerns the thread goes there; what concerns none goes to all. */
  attach(threadId: string, events: CodexEvents): void {
    this.#threads.set(threadId, events);
  }

  /** Resolves to why the program ended, as an error. */
  async ended(): Promise<SessionError> {
    const end = await this.process.ended;
    return this.process.pid === undefined ? startError(this.title, end.lastWords) : endedError(this.title, end);
  }

  notify(method: string): void {
    this.#send({ method });
  }

  /**
   * Asks and waits, as long as the program lives or `ms`. Rejects with `agent_failed` when it ends, answers an error or
   * nonsense, or stays silent for `ms`: then it is also killed, since it holds up whoever asks next.
   */
  async request<T>(method: string, params: object, schema: z.ZodType<T>, ms: number): Promise<T> {
    const id = ++this.#requests;
    const answer = await new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(silentError(this.title, method, ms, this.process.lastWords()));
        this.process.kill();
      }, ms);
      this.#asked.set(id, (each) => {
        clearTimeout(timer);
        resolve(each);
      });
      void this.ended().then((error) => {
        clearTimeout(timer);
        reject(error);
      });
      this.#send({ id, method, params });
    });
    if (answer.error) throw saidError(this.title, answer.error.message);
    const parsed = schema.safeParse(answer.result);
    if (!parsed.success) throw nonsenseError(this.title, method, parsed.error);
    return parsed.data;
  }

  #send(message: object): void {
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #hear(line: string): void {
    try {
      this.#accept(line);
    } catch (error) {
      this.process.killForFault(error);
    }
  }

  #accept(line: string): void {
    const message = messageSchema.safeParse(jsonOf(line)).data;
    const { id, method, params = {} } = message ?? {};
    if (message === undefined || (id === undefined && method === undefined)) this.process.note(`(no message) ${line}`);
    else if (method === undefined) this.#answered(message, line);
    else if (id === undefined) this.#tell(method, params);
    else this.#answer(id, method, params).catch((error: unknown) => this.process.killForFault(error));
  }

  #answered(message: Message, line: string): void {
    const resolve = typeof message.id === 'number' ? this.#asked.get(message.id) : undefined;
    if (!resolve) {
      this.process.note(`(answers nothing) ${line}`);
      return;
    }
    this.#asked.delete(message.id as number);
    resolve(message);
  }

  #tell(method: string, params: Readonly<Record<string, unknown>>): void {
    const { threadId } = params;
    const threads = typeof threadId === 'string' ? [this.#threads.get(threadId)] : [...this.#threads.values()];
    for (const thread of threads) thread?.event(method, params);
  }

  async #answer(id: string | number, method: string, params: Readonly<Record<string, unknown>>): Promise<void> {
    const { threadId } = params;
    const thread = typeof threadId === 'string' ? this.#threads.get(threadId) : undefined;
    const result = await thread?.question(method, params);
    this.#send(result ? { id, result } : { id, error: { code: -32601, message: `Skein has no answer to ${method}` } });
  }
}

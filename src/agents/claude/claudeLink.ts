import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { jsonOf } from '../../model/json.js';
import { SessionError } from '../../model/errors.js';
import { endedError, nonsenseError, saidError, silentError, startError } from '../acpFailure.js';
import { readLines } from '../acpStream.js';
import { AgentProcess, type AgentProcessOptions } from '../agentProcess.js';
import { resultLineSchema } from './claudeLines.js';

/** A line of the program: an object with a `type`. */
export type ClaudeLine = Readonly<Record<string, unknown>>;

/** Where a session gets what its program sends without being asked. */
export interface ClaudeEvents {
  line(line: ClaudeLine): void;
  /** Answers `can_use_tool`; the signal says that the program has withdrawn the question. */
  permission(question: unknown, withdrawn: AbortSignal): Promise<object>;
}

/** A request of ours to the program; its fields depend on the subtype. */
export type ControlRequest = { readonly subtype: string } & Readonly<Record<string, unknown>>;

const questionSchema = z.looseObject({ request_id: z.string(), request: z.looseObject({ subtype: z.string() }) });
const answerSchema = z.looseObject({
  response: z.discriminatedUnion('subtype', [
    z.looseObject({ subtype: z.literal('success'), request_id: z.string(), response: z.unknown().optional() }),
    z.looseObject({ subtype: z.literal('error'), request_id: z.string(), error: z.string() }),
  ]),
});
type Answer = z.infer<typeof answerSchema>['response'];

/** How long a process may live on after it closed its stdout: it cannot be talked to any more. */
const lingerMs = 500;

/** A running `claude` in its stream-json mode: one line, one message, both ways, with requests of either side among them. */
export class ClaudeLink {
  readonly process: AgentProcess;
  readonly #events: ClaudeEvents;
  readonly #asked = new Map<string, (answer: Answer) => void>();
  readonly #questions = new Map<string, AbortController>();
  readonly #logger: AgentProcessOptions['logger'];
  #failure: SessionError | undefined;
  #began = false;

  /** @param title what the agent is called in errors. */
  constructor(
    readonly title: string,
    options: AgentProcessOptions,
    events: ClaudeEvents,
  ) {
    this.#events = events;
    this.#logger = options.logger;
    this.process = new AgentProcess(options);
    void readLines(this.process, (line) => this.#accept(line)).then(() => this.process.stop(lingerMs));
  }

  /** Resolves to why the program ended, as an error: in its own words where it told. */
  async ended(): Promise<SessionError> {
    const end = await this.process.ended;
    if (this.process.pid === undefined) return startError(this.title, end.lastWords);
    return this.#failure ?? endedError(this.title, end);
  }

  send(message: object): void {
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /**
   * Asks and waits, as long as the program lives or `ms`. Rejects as `ended` says, and with `agent_failed` for an error, nonsense,
   * or silence for `ms`: then it is also killed, since it holds up whoever asks next.
   */
  async request<T>(request: ControlRequest, schema: z.ZodType<T>, ms?: number): Promise<T> {
    const request_id = randomUUID();
    const answer = await new Promise<Answer>((resolve, reject) => {
      const giveUp = (after: number): void => {
        reject(silentError(this.title, request.subtype, after, this.process.lastWords()));
        this.process.kill();
      };
      const timer = ms === undefined ? undefined : setTimeout(giveUp, ms, ms);
      this.#asked.set(request_id, (each) => {
        clearTimeout(timer);
        resolve(each);
      });
      void this.ended().then((error) => {
        clearTimeout(timer);
        reject(error);
      });
      this.send({ type: 'control_request', request_id, request });
    });
    if (answer.subtype === 'error') throw saidError(this.title, answer.error);
    const parsed = schema.safeParse(answer.response);
    if (!parsed.success) throw nonsenseError(this.title, request.subtype, parsed.error);
    return parsed.data;
  }

  #accept(text: string): void {
    const value = jsonOf(text);
    if (typeof value !== 'object' || value === null || !('type' in value)) {
      this.process.note(`(no message) ${text}`);
      return;
    }
    try {
      this.#take(value);
    } catch (error) {
      // One line that does not parse costs that line, not the turn.
      if (error instanceof z.ZodError) this.#logger.warn(`${this.title}: a line was not understood: ${z.prettifyError(error)}`);
      else this.process.killForFault(error);
    }
  }

  #take(line: ClaudeLine): void {
    switch (line['type']) {
      case 'control_response': {
        const { response } = answerSchema.parse(line);
        this.#began = true;
        this.#asked.get(response.request_id)?.(response);
        this.#asked.delete(response.request_id);
        break;
      }
      case 'control_request':
        this.#answer(questionSchema.parse(line)).catch((error: unknown) => this.process.killForFault(error));
        break;
      case 'control_cancel_request':
        this.#questions.get(z.string().parse(line['request_id']))?.abort();
        break;
      case 'result':
        this.#keepFailure(line);
        this.#events.line(line);
        break;
      default:
        this.#events.line(line);
    }
  }

  async #answer({ request_id, request }: z.infer<typeof questionSchema>): Promise<void> {
    const withdrawn = new AbortController();
    this.#questions.set(request_id, withdrawn);
    const answer = await this.#answerTo(request, withdrawn.signal);
    this.#questions.delete(request_id);
    // To a question that was withdrawn nobody listens any more.
    if (!withdrawn.signal.aborted) this.send({ type: 'control_response', response: { request_id, ...answer } });
  }

  async #answerTo(request: { readonly subtype: string }, withdrawn: AbortSignal): Promise<object> {
    if (request.subtype !== 'can_use_tool') return { subtype: 'error', error: `Skein has no answer to ${request.subtype}` };
    try {
      return { subtype: 'success', response: await this.#events.permission(request, withdrawn) };
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return { subtype: 'error', error: z.prettifyError(error) };
    }
  }

  /** A program that cannot begin says why in a result, and ends. */
  #keepFailure(line: ClaudeLine): void {
    const words = (resultLineSchema.safeParse(line).data?.errors ?? []).join('; ');
    if (this.#began || words === '') return;
    this.#failure = /^No (conversation|message) found/i.test(words)
      ? new SessionError('not_found', `${this.title} does not know this session any more`, { hint: words })
      : saidError(this.title, words);
  }
}

import type * as acp from '@agentclientprotocol/sdk/unstable';
import type { Logger } from '../model/logger.js';
import { isRefusal, permissionRequest, permissionResponse } from './acpPermission.js';
import { acpToolCallSchema } from './acpToolCall.js';
import { AcpUpdates } from './acpUpdates.js';
import type { TurnHooks } from './agent.js';
import { askPerson } from './askedPerson.js';
import { TurnWords } from './turnWords.js';

/** A turn under way: hands on what the agent sends, in its order, and asks the person. */
export class AcpTurn {
  readonly #hooks: TurnHooks;
  readonly #updates: AcpUpdates;
  readonly #logger: Logger;
  readonly #words = new TurnWords();
  #asked = 0;
  #waiting = 0;
  #spoke = false;
  #concluded = false;
  /** Called at each thing that the agent sends. */
  onHeard: () => void = () => undefined;

  constructor(hooks: TurnHooks, baseCost: number | undefined, logger: Logger) {
    this.#hooks = hooks;
    this.#updates = new AcpUpdates(baseCost);
    this.#logger = logger;
  }

  get cost(): number | null {
    return this.#updates.turnCost;
  }

  get sessionCost(): number | undefined {
    return this.#updates.sessionCost;
  }

  /** The model that answered, where the agent says so. */
  get model(): string | undefined {
    return this.#updates.model;
  }

  /** Whether anything came that the transcript keeps. */
  get spoke(): boolean {
    return this.#spoke;
  }

  /** Whether the agent's last word came after its last tool call: most turns end so. */
  get concluded(): boolean {
    return this.#concluded;
  }

  /** Whether the agent said more than is taken; the rest is left out. */
  get full(): boolean {
    return this.#words.full;
  }

  /** Whether it is the agent's right to be silent: the person is asked, or a tool runs. */
  get waits(): boolean {
    return this.#waiting > 0 || this.#updates.working;
  }

  update(update: Readonly<Record<string, unknown>>): void {
    this.onHeard();
    const mapped = this.full ? undefined : this.#updates.map(update);
    if (!mapped || !this.#words.take(mapped)) return;
    this.#spoke ||= mapped.kind === 'text' || mapped.kind === 'thinking' || mapped.kind === 'tool' || mapped.kind === 'plan';
    if (mapped.kind === 'text') this.#concluded = true;
    else if (mapped.kind === 'tool') this.#concluded = false;
    this.#hooks.update(mapped);
  }

  notice(text: string): void {
    this.#hooks.update({ kind: 'notice', level: 'warning', text });
  }

  title(title: string): void {
    this.#hooks.update({ kind: 'title', title });
  }

  /** Shows the call and asks; a turn that is cancelled meanwhile answers for the person. */
  async permission({ toolCall, options }: acp.RequestPermissionRequest): Promise<acp.RequestPermissionResponse> {
    const call = this.#updates.call(acpToolCallSchema.parse(toolCall));
    this.#hooks.update({ kind: 'tool', call });
    this.#asked += 1;
    const request = permissionRequest(`${call.id}:${this.#asked}`, call, options, toolCall._meta);
    // Nobody can answer a question that has no answers.
    const asked = options.length === 0 ? null : askPerson(this.#hooks, this.#logger, request);
    this.#waiting += 1;
    const chosen = await asked;
    this.#waiting -= 1;
    this.onHeard();
    const { aborted: isCancelled } = this.#hooks.signal;
    if (isCancelled || isRefusal(options, chosen)) {
      // At once: not every agent tells what became of a call that was refused.
      this.#hooks.update({ kind: 'tool', call: this.#updates.refuse(call, isCancelled ? 'cancelled' : 'denied') });
    }
    return permissionResponse(options, chosen);
  }

  /** Ends the calls that the turn leaves open. */
  close(status: 'cancelled' | 'failed'): void {
    for (const call of this.#updates.unfinished(status)) this.#hooks.update({ kind: 'tool', call });
  }
}

import * as z from 'zod';
import { messageOf } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import { queuedPromptSchema, type QueuedPrompt } from '../../model/queuedPrompt.js';
import { freshId } from '../../store/freshId.js';
import { ownerSchema, ownerState, thisOwner } from '../../store/owner.js';
import type { CoreContext } from '../context.js';
import { readDraft, readSessionText, writeDraft, writeSessionText } from '../prompts/drafts.js';
import type { TurnOptions } from '../workspace.js';

/** What waits, beside the session's draft: after a crash it is found there. */
const queueName = 'queue.json';
const queueSchema = z.looseObject({ version: z.literal(1), owner: ownerSchema, prompts: z.array(queuedPromptSchema) });

/** A prompt that waits, with how it is to run. `steers`: it ended the turn before it, and runs whatever came of that. */
export interface WaitingPrompt {
  readonly id: string;
  readonly options: TurnOptions;
  readonly steers: boolean;
}

/**
 * What the person typed while a turn of the session ran in this process: shown, kept for a crash, and theirs to take back. Messages of
 * other sessions wait in `SessionCalls`, for a turn of another process too, and after these.
 */
export class PromptQueue {
  readonly #context: CoreContext;
  readonly #waiting = new Map<string, readonly WaitingPrompt[]>();
  #saving: Promise<void> = Promise.resolve();

  constructor(context: CoreContext) {
    this.#context = context;
  }

  of(id: string): readonly WaitingPrompt[] {
    return this.#waiting.get(id) ?? [];
  }

  /** The same as others see it. */
  shown(id: string): QueuedPrompt[] {
    return this.of(id).map(({ id: prompt, options }) => ({ id: prompt, content: [...options.content] }));
  }

  /** Puts a prompt last; one that steers, or that could not start, first. */
  add(id: string, options: TurnOptions, { steers = false, first = steers }: { steers?: boolean; first?: boolean } = {}): WaitingPrompt {
    const prompt = { id: freshId(), options, steers };
    this.#set(id, first ? [prompt, ...this.of(id)] : [...this.of(id), prompt]);
    return prompt;
  }

  /** Takes a prompt out; `undefined` when it is not there any more. */
  take(id: string, prompt: string): WaitingPrompt | undefined {
    const found = this.of(id).find((waiting) => waiting.id === prompt);
    if (found)
      this.#set(
        id,
        this.of(id).filter((waiting) => waiting !== found),
      );
    return found;
  }

  /** Forgets what waits in a session that is gone. */
  drop(id: string): void {
    this.#waiting.delete(id);
  }

  /** What waits becomes part of the drafts: this process runs nothing more. */
  async dispose(): Promise<void> {
    await this.#saving;
    for (const id of this.#waiting.keys()) {
      await intoDraft(this.#context, id, this.shown(id)).catch((error: unknown) =>
        this.#context.logger.warn(`what waits in ${id} is lost: ${messageOf(error)}`),
      );
    }
    this.#waiting.clear();
  }

  /** Resolves when all that was changed is on disk. */
  saved(): Promise<void> {
    return this.#saving;
  }

  #set(id: string, prompts: readonly WaitingPrompt[]): void {
    if (prompts.length === 0) this.#waiting.delete(id);
    else this.#waiting.set(id, prompts);
    const context = this.#context;
    this.#saving = this.#saving
      .then(() => save(context, id, this.shown(id)))
      .catch((error: unknown) => context.logger.warn(`what waits in ${id} is not kept for a crash: ${messageOf(error)}`));
  }
}

async function save(context: CoreContext, id: string, prompts: readonly QueuedPrompt[]): Promise<void> {
  const owner = await thisOwner(context.program, freshId());
  await writeSessionText(context, id, queueName, prompts.length === 0 ? '' : JSON.stringify({ version: 1, owner, prompts }));
}

/** What waited in a process that died becomes part of the session's draft: nobody sends it unasked. */
export async function recoverQueue(context: CoreContext, id: string): Promise<void> {
  const text = await readSessionText(context, id, queueName);
  if (text === undefined) return;
  const parsed = queueSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    context.logger.warn(`what waited in ${id} cannot be read: ${z.prettifyError(parsed.error)}`);
    return;
  }
  if ((await ownerState(parsed.data.owner)) === 'dead') await intoDraft(context, id, parsed.data.prompts);
}

async function intoDraft(context: CoreContext, id: string, prompts: readonly QueuedPrompt[]): Promise<void> {
  const texts = prompts.flatMap(({ content }) => content.flatMap((block) => (block.type === 'text' ? [block.text] : [])));
  const draft = (await readDraft(context, id)) ?? '';
  await writeDraft(context, id, [...texts, draft].filter(Boolean).join('\n\n'));
  await writeSessionText(context, id, queueName, '');
}

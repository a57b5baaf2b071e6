import type * as acp from '@agentclientprotocol/sdk/unstable';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { demoAnswer } from './demoAnswer.js';
import { DemoFolder } from './demoFolder.js';
import { demoSteps, withoutCommands, type DemoStep } from './demoScript.js';

export interface DemoTurnOptions {
  readonly prompt: string;
  readonly earlier: readonly string[];
  readonly cwd: string;
  /** Our mode: ask, accept_edits, plan or auto. */
  readonly mode: string;
  /** Whether to answer with the first paragraph alone. */
  readonly terse: boolean;
  /** Whether to think before anything else. */
  readonly thinks: boolean;
  readonly signal: AbortSignal;
  readonly update: (update: acp.SessionUpdate) => Promise<void>;
  readonly ask: (call: acp.ToolCallUpdate, options: acp.PermissionOption[]) => Promise<acp.RequestPermissionResponse>;
  /** Makes the turn fail with an error of the protocol. */
  readonly fail: (message: string) => never;
}

/** Between two chunks: an answer is seen to stream, and is there in half a second. */
const paceMs = 8;
const allowOptions: acp.PermissionOption[] = [
  { optionId: 'allow', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'always', name: 'Always allow in this session', kind: 'allow_always' },
  { optionId: 'reject', name: 'Deny', kind: 'reject_once' },
];

/** One turn of the demo: does what the prompt orders, then answers it. */
export class DemoTurn {
  /** All that it said. */
  answer = '';
  /** Set when the person allowed writing for the rest of the session. */
  allowedAlways = false;
  readonly #options: DemoTurnOptions;
  readonly #messageId = randomUUID();
  readonly #folder: DemoFolder;

  constructor(options: DemoTurnOptions) {
    this.#options = options;
    this.#folder = new DemoFolder(options.cwd, (...look) => this.#look(...look));
  }

  /** Rejects with the signal's reason when it is cancelled. */
  async run(): Promise<void> {
    const { prompt, earlier, terse, thinks } = this.#options;
    const steps = demoSteps(prompt);
    if (thinks && !steps.some(({ kind }) => kind === 'think')) await this.#step({ kind: 'think', about: '' });
    for (const step of steps) await this.#step(step);
    const question = steps.length > 0 ? withoutCommands(prompt) : prompt;
    // A prompt of commands alone, or of plain words for one, was answered by what was done.
    if (steps.some(({ kind }) => kind !== 'think') && (question === '' || question === prompt)) return;
    const answer = await demoAnswer({ prompt: question || prompt, earlier, folder: this.#folder });
    await this.#say(terse ? (answer.split('\n\n')[0] ?? answer) : answer);
  }

  async #step(step: DemoStep): Promise<void> {
    switch (step.kind) {
      case 'think': {
        const about = step.about === '' ? 'what was asked' : step.about;
        return this.#chunks(
          `Let me think about ${about}. There is no model behind this demo, so this is all the thinking there is.`,
          'agent_thought_chunk',
        );
      }
      case 'plan':
        return this.#plan(['Read what was asked', 'Look at the folder', 'Answer']);
      case 'tool': {
        const { names, more } = await this.#folder.list();
        return this.#say(`The tool found ${names.length + more} entries in \`${this.#folder.name}\`.\n\n`);
      }
      case 'write':
        return this.#write(step.file, step.text);
      case 'slow':
        return this.#slow(step.seconds);
      case 'flood':
        for (let chunk = 1; chunk <= step.chunks; chunk++)
          await this.#send(`Line ${chunk} of ${step.chunks}, sent as fast as it goes.\n\n`);
        return;
      case 'fail':
        await this.#say('This will not end well. ');
        return this.#options.fail(step.message);
      case 'hang':
        // In one piece: between two chunks it would still hear a cancel.
        await this.#send('From here on nothing more will come. ');
        return new Promise(() => undefined);
      case 'exit':
        await this.#say('The process ends in the middle of this');
        process.stderr.write('skein demo: ending in the middle of a turn, as asked\n');
        // What was said is to arrive first.
        await delay(50);
        process.exit(step.code);
    }
  }

  async #plan(texts: readonly string[]): Promise<void> {
    for (let done = 0; done <= texts.length; done++) {
      const status = (index: number): acp.PlanEntryStatus => (index < done ? 'completed' : index === done ? 'in_progress' : 'pending');
      const entries = texts.map((content, index): acp.PlanEntry => ({ content, priority: 'medium', status: status(index) }));
      await this.#update({ sessionUpdate: 'plan', entries });
      await delay(paceMs * 5, undefined, { signal: this.#options.signal });
    }
    await this.#say(`The plan had ${texts.length} steps, and all of them are done.\n\n`);
  }

  async #write(file: string, text: string): Promise<void> {
    const { mode, signal } = this.#options;
    const target = await this.#folder.resolve(file);
    if (target === undefined) return this.#say(`I did not write \`${file}\`: it is not in this folder.\n\n`);
    if (mode === 'plan') return this.#say(`In plan mode I write nothing. I would write \`${file}\`.\n\n`);
    const old = await fs.readFile(target, 'utf8').catch(() => null);
    const call: acp.ToolCall = {
      toolCallId: randomUUID(),
      title: `Write ${file}`,
      kind: 'edit',
      status: 'pending',
      rawInput: { path: target, text },
      locations: [{ path: target }],
      content: [{ type: 'diff', path: target, oldText: old, newText: `${text}\n` }],
    };
    await this.#update({ sessionUpdate: 'tool_call', ...call });
    if (mode === 'ask' && !this.allowedAlways) {
      const { outcome } = await this.#options.ask(call, allowOptions);
      signal.throwIfAborted();
      const chosen = outcome.outcome === 'selected' ? outcome.optionId : undefined;
      if (chosen !== 'allow' && chosen !== 'always') {
        await this.#update({ sessionUpdate: 'tool_call_update', toolCallId: call.toolCallId, status: 'failed' });
        return this.#say(`You did not allow it, so I did not write \`${file}\`.\n\n`);
      }
      this.allowedAlways = chosen === 'always';
    }
    await this.#update({ sessionUpdate: 'tool_call_update', toolCallId: call.toolCallId, status: 'in_progress' });
    await fs.writeFile(target, `${text}\n`);
    await this.#update({ sessionUpdate: 'tool_call_update', toolCallId: call.toolCallId, status: 'completed' });
    return this.#say(`I wrote \`${file}\`.\n\n`);
  }

  async #slow(seconds: number): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (let count = 1; Date.now() < end; count++) {
      await this.#send(`Still here, word ${count}. `);
      await delay(Math.min(100, Math.max(1, end - Date.now())), undefined, { signal: this.#options.signal });
    }
    await this.#say('That was the slow part.\n\n');
  }

  async #look(title: string, kind: 'read' | 'search', file: string, output: string): Promise<void> {
    const toolCallId = randomUUID();
    await this.#update({
      sessionUpdate: 'tool_call',
      toolCallId,
      title,
      kind,
      status: 'in_progress',
      rawInput: { path: file },
      locations: [{ path: file }],
    });
    await this.#update({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      status: 'completed',
      content: [{ type: 'content', content: { type: 'text', text: output } }],
    });
  }

  async #say(text: string): Promise<void> {
    await this.#chunks(text, 'agent_message_chunk');
  }

  /** A few words at a time. */
  async #chunks(text: string, kind: 'agent_message_chunk' | 'agent_thought_chunk'): Promise<void> {
    for (const [words] of text.matchAll(/(?:\S+\s*|\s+){1,3}/g)) {
      await (kind === 'agent_message_chunk'
        ? this.#send(words)
        : this.#update({ sessionUpdate: kind, content: { type: 'text', text: words } }));
      await delay(paceMs, undefined, { signal: this.#options.signal });
    }
  }

  async #send(text: string): Promise<void> {
    this.answer += text;
    await this.#update({ sessionUpdate: 'agent_message_chunk', messageId: this.#messageId, content: { type: 'text', text } });
  }

  async #update(update: acp.SessionUpdate): Promise<void> {
    this.#options.signal.throwIfAborted();
    await this.#options.update(update);
  }
}

import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { thinkingLevels, type ThinkingLevel } from '../../model/thinkingLevel.js';
import type { ClaudeModel } from './claudeLines.js';
import type { ClaudeLink } from './claudeLink.js';

/** How long setting a mode, a model or a level may take, in milliseconds. */
const settingMs = 15_000;

/** What the program calls our modes. Those that skip every question are no mode of ours. */
const modes = new Map([
  ['ask', 'default'],
  ['accept_edits', 'acceptEdits'],
  ['plan', 'plan'],
  ['auto', 'auto'],
]);

/** The settings of a session, kept in step with the program, which may change them by itself. */
export class ClaudeSettings {
  readonly #link: ClaudeLink;
  readonly #models: readonly ClaudeModel[];
  #model: string | undefined;
  #mode: string | undefined;
  #isThinkingOff = false;

  constructor(link: ClaudeLink, models: readonly ClaudeModel[]) {
    this.#link = link;
    this.#models = models;
    this.#model = this.#find('default')?.resolvedModel;
  }

  get models(): readonly { readonly id: string; readonly title: string }[] {
    return this.#models.map(({ value, displayName }) => ({ id: value, title: displayName }));
  }

  get model(): string | undefined {
    return this.#model;
  }

  get levels(): readonly ThinkingLevel[] {
    const model = this.#find(this.#model ?? '');
    return thinkingLevels.filter((level) =>
      level === 'off' ? model?.supportsThinkingOff !== false : model?.supportedEffortLevels?.includes(level),
    );
  }

  /** The program tells which model and mode it is in, at the start of each turn and when it changes them. */
  told({ model, mode }: { readonly model?: string | undefined; readonly mode?: string | undefined }): void {
    this.#model = model ?? this.#model;
    this.#mode = mode ?? this.#mode;
  }

  async setModel(model: string): Promise<void> {
    const known = this.#find(model);
    const resolved = known?.resolvedModel ?? model;
    if (resolved === this.#model) return;
    // It takes any name, and fails at the next prompt for one that no server knows.
    if (!known && !/claude/i.test(model)) throw new SessionError('unsupported', `${this.#link.title} has no model ${model}`);
    await this.#link.request({ subtype: 'set_model', model }, z.unknown(), settingMs);
    this.#model = resolved;
  }

  async setMode(mode: string): Promise<void> {
    const name = modes.get(mode);
    if (name === undefined) throw new SessionError('unsupported', `${this.#link.title} has no mode ${mode}`);
    if (name === this.#mode) return;
    await this.#link.request({ subtype: 'set_permission_mode', mode: name }, z.unknown(), settingMs);
    this.#mode = name;
  }

  async setThinking(level: ThinkingLevel): Promise<void> {
    const { title } = this.#link;
    const model = this.#find(this.#model ?? '');
    if (level === 'off') {
      if (model?.supportsThinkingOff === false) throw new SessionError('unsupported', `${model.displayName} always thinks`);
      await this.#limitThinking(0);
      this.#isThinkingOff = true;
      return;
    }
    if (model?.supportedEffortLevels?.includes(level) !== true) {
      const hint = model?.supportedEffortLevels && `it has ${model.supportedEffortLevels.join(', ')}`;
      throw new SessionError('unsupported', `${title} has no thinking level ${level} for this model`, { hint });
    }
    if (this.#isThinkingOff) await this.#limitThinking(null);
    this.#isThinkingOff = false;
    const settings = { effortLevel: level };
    await this.#link.request({ subtype: 'apply_flag_settings', settings }, z.unknown(), settingMs);
  }

  async #limitThinking(tokens: number | null): Promise<void> {
    await this.#link.request({ subtype: 'set_max_thinking_tokens', max_thinking_tokens: tokens }, z.unknown(), settingMs);
  }

  #find(model: string): ClaudeModel | undefined {
    return this.#models.find(({ value }) => value === model) ?? this.#models.find(({ resolvedModel }) => resolvedModel === model);
  }
}

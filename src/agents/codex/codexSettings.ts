import { SessionError } from '../../model/errors.js';
import { thinkingLevels, type ThinkingLevel } from '../../model/thinkingLevel.js';
import type { AgentSession } from '../agent.js';
import type { CodexModel } from './codexMessages.js';

interface Mode {
  readonly approvalPolicy: 'on-request' | 'never';
  readonly approvalsReviewer: 'user' | 'auto_review';
  readonly sandbox: 'read-only' | 'workspace-write';
}

const readOnly = { sandbox: 'read-only', approvalsReviewer: 'user' } as const;
/** Our modes as Codex's own presets. A plan may not even ask to change something. */
const modes: Readonly<Record<string, Mode>> = {
  ask: { ...readOnly, approvalPolicy: 'on-request' },
  plan: { ...readOnly, approvalPolicy: 'never' },
  accept_edits: { sandbox: 'workspace-write', approvalsReviewer: 'user', approvalPolicy: 'on-request' },
  auto: { sandbox: 'workspace-write', approvalsReviewer: 'auto_review', approvalPolicy: 'on-request' },
};
const asking: Mode = { ...readOnly, approvalPolicy: 'on-request' };

const efforts: Readonly<Record<ThinkingLevel, string>> = {
  off: 'none',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
};

/** What a session runs with. Codex is told with each turn. */
export class CodexSettings {
  readonly #title: string;
  readonly #models: readonly CodexModel[];
  #mode: Mode;
  #model: string | undefined;
  #effort: string | undefined;

  /** @param title what the agent is called in errors. */
  constructor(title: string, models: readonly CodexModel[], mode: string | undefined) {
    this.#title = title;
    this.#models = models;
    this.#mode = modes[mode ?? 'ask'] ?? asking;
  }

  get models(): AgentSession['models'] {
    return this.#models.filter(({ hidden }) => !hidden).map(({ model, displayName }) => ({ id: model, title: displayName }));
  }

  get model(): string | undefined {
    return this.#model;
  }

  get levels(): readonly ThinkingLevel[] {
    const offered = this.#models.find(({ model }) => model === this.#model)?.supportedReasoningEfforts ?? [];
    return thinkingLevels.filter((level) => offered.some(({ reasoningEffort }) => reasoningEffort === efforts[level]));
  }

  setMode(mode: string): void {
    this.#mode = modes[mode] ?? asking;
  }

  /** A model that is not listed may still be there: its own configuration can name any. */
  setModel(model: string | undefined): void {
    this.#model = model;
  }

  setThinking(level: ThinkingLevel): void {
    const effort = efforts[level];
    const offered = this.#models.find(({ model }) => model === this.#model)?.supportedReasoningEfforts;
    if (offered && offered.length > 0 && !offered.some(({ reasoningEffort }) => reasoningEffort === effort)) {
      const hint = `it offers ${offered.map(({ reasoningEffort }) => reasoningEffort).join(', ')}`;
      throw new SessionError('unsupported', `${this.#title} does not think at the level ${level} with this model`, { hint });
    }
    this.#effort = effort;
  }

  /** For `thread/start`, `resume` and `fork`. */
  get thread(): object {
    return { ...this.#mode, ...(this.#model !== undefined && { model: this.#model }) };
  }

  /** For `turn/start`. */
  get turn(): object {
    const { sandbox, ...approval } = this.#mode;
    const sandboxPolicy =
      sandbox === 'read-only'
        ? { type: 'readOnly', networkAccess: false }
        : { type: 'workspaceWrite', writableRoots: [], networkAccess: false, excludeTmpdirEnvVar: false, excludeSlashTmp: false };
    return {
      ...approval,
      sandboxPolicy,
      ...(this.#model !== undefined && { model: this.#model }),
      ...(this.#effort !== undefined && { effort: this.#effort }),
    };
  }
}

import type { ThinkingLevel } from '../model/thinkingLevel.js';
import type { ReplayMessage } from '../model/replayMessages.js';
import type { AgentUpdate, TurnResult } from './agent.js';

/** A model to choose from. `contextSize` in tokens, where it is told. */
export interface OfferedModel {
  readonly id: string;
  readonly title: string;
  readonly contextSize?: number | undefined;
}

export interface ChatRequest {
  readonly model: string;
  /** The whole conversation, the prompt last. */
  readonly messages: readonly ReplayMessage[];
  readonly thinking: ThinkingLevel | undefined;
  readonly signal: AbortSignal;
  readonly update: (update: Extract<AgentUpdate, { kind: 'text' | 'thinking' | 'notice' }>) => void;
}

/** A model that answers a conversation and remembers nothing of it. */
export interface ChatModel {
  /** The models behind it; rejects where it does not tell. */
  offered(signal: AbortSignal): Promise<readonly OfferedModel[]>;
  /** Answers; rejects with `agent_failed`. */
  answer(request: ChatRequest): Promise<TurnResult>;
  /** Which model answers where nobody chose one. */
  readonly unchosen: 'first' | 'only';
  /** Whether one can say how much it thinks. */
  readonly thinks: boolean;
}

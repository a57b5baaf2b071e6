import type { AgentCommandInfo, AgentSession } from '../../agents/agent.js';

/** What an agent told of itself in its last turn here. */
export interface AgentFacts {
  /** Tokens that its model holds. */
  readonly contextSize: number | undefined;
  readonly models: AgentSession['models'];
  readonly commands: readonly AgentCommandInfo[];
}

const nothing: AgentFacts = { contextSize: undefined, models: [], commands: [] };

/** What the agents told of themselves while this process ran, by agent: for the next session, and for completion. */
export class KnownAgents {
  readonly #facts = new Map<string, AgentFacts>();

  of(backend: string): AgentFacts {
    return this.#facts.get(backend) ?? nothing;
  }

  holds(backend: string, contextSize: number): void {
    this.#facts.set(backend, { ...this.of(backend), contextSize });
  }

  offers(backend: string, { models, commands = [] }: AgentSession): void {
    this.#facts.set(backend, { ...this.of(backend), models, commands });
  }
}

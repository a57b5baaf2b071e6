import type * as vscode from 'vscode';
import type { ServerAnswers } from './sessionClient.js';

/** The keys of agents in the editor's secret storage. */
export class AgentKeys {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async get(agent: string): Promise<string | undefined> {
    return this.#secrets.get(nameOf(agent));
  }

  async set(agent: string, key: string): Promise<void> {
    await this.#secrets.store(nameOf(agent), key);
  }

  async remove(agent: string): Promise<void> {
    await this.#secrets.delete(nameOf(agent));
  }
}

const nameOf = (agent: string): string => `agents.${agent}.key`;

/** What the server is told of them: one at a time, when it needs it. */
export function secretAnswers(keys: AgentKeys): Pick<ServerAnswers, 'secrets/get'> {
  return { 'secrets/get': async ({ agent }) => ({ value: (await keys.get(agent)) ?? null }) };
}

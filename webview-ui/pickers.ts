import type { AgentOffers } from '../src/model/agentOffers.js';
import type { PermissionMode } from '../src/model/record.js';
import type { AgentInfoData } from '../src/protocol/requests.js';
import type { SessionRow } from '../src/model/row.js';

/** A line of a picker. */
export interface PickerChoice {
  readonly id: string;
  readonly label: string;
  readonly note?: string | undefined;
  readonly disabled?: boolean | undefined;
}

export const modeChoices: readonly (PickerChoice & { readonly id: PermissionMode })[] = [
  { id: 'ask', label: 'Ask first', note: 'asks before it changes or runs anything' },
  { id: 'accept_edits', label: 'Edit freely', note: 'edits files, asks before commands' },
  { id: 'plan', label: 'Plan only', note: 'reads and plans, changes nothing' },
  { id: 'auto', label: 'Never ask', note: 'does everything without asking' },
];

/** Agents that can answer; one that cannot be started says why. */
export function agentChoices(agents: readonly AgentInfoData[]): PickerChoice[] {
  return agents.map(({ name, title, demo, problem }) => ({
    id: name,
    label: title,
    note: problem ?? (demo ? 'built in, no model' : undefined),
    disabled: problem !== undefined,
  }));
}

/** The agent of a new session: what the host says, else the first that can be started, a real one before the demo. */
export function firstAgent(agents: readonly AgentInfoData[], preferred: string | undefined): string {
  const ready = agents.filter((agent) => agent.problem === undefined);
  return preferred ?? (ready.find((agent) => !agent.demo) ?? ready[0])?.name ?? '';
}

/** The models that the agent has told, those that were used with it before, and its default. Nothing where only the default is known. */
export function modelChoices(backend: string, rows: readonly SessionRow[], offers?: AgentOffers): PickerChoice[] {
  const { models, defaults } = offers ?? { models: [], defaults: undefined };
  const used = rows.filter((row) => row.backend === backend).flatMap((row) => [row.settings.model ?? [], row.model ?? []].flat());
  const others = [...new Set(used)].filter((name) => name !== '' && !models.some(({ id }) => id === name));
  const choices = [...models.map(({ id, title }) => ({ id, label: title })), ...others.map((name) => ({ id: name, label: name }))];
  return choices.length === 0 ? [] : [{ id: '', label: 'Default model', note: defaults?.model }, ...choices];
}

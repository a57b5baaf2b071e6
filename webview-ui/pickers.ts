import type { AgentOffers } from '../src/model/agentOffers.js';
import { modelBeside, modelName } from '../src/model/modelName.js';
import type { PermissionMode } from '../src/model/permissionMode.js';
import type { ThinkingLevel } from '../src/model/thinkingLevel.js';
import type { AgentInfoData } from '../src/protocol/requests.js';
import type { SessionRow } from '../src/model/row.js';

/** A line of a picker. */
export interface PickerChoice {
  readonly id: string;
  readonly label: string;
  readonly note?: string | undefined;
  /** The whole name, where the label is a short one. */
  readonly title?: string | undefined;
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

/** The models that the agent told of, else those that were used with it before, and its default. Nothing where only that is known. */
export function modelChoices(backend: string, rows: readonly SessionRow[], chosen: string, offers?: AgentOffers): PickerChoice[] {
  const used = rows.filter((row) => row.backend === backend).flatMap((row) => [row.settings.model ?? [], row.model ?? []].flat());
  const told = offers?.models ?? [];
  const others = [...(told.length > 0 ? [] : new Set(used)), chosen].filter((name) => name !== '' && !told.some(({ id }) => id === name));
  const names = [...told, ...[...new Set(others)].map((id) => ({ id, title: id }))];
  const choices = names.map(({ id, title }) => ({ id, label: title === id ? modelName(id) : title, title: id }));
  if (choices.length === 0) return [];
  const { model } = offers?.defaults ?? {};
  const isAlone = (label: string): boolean => choices.filter((choice) => choice.label === label).length === 1;
  return [
    { id: '', label: 'Default model', note: model && (told.find(({ id }) => id === model)?.title ?? modelName(model)), title: model },
    // Two of one short name are told apart by the whole.
    ...choices.map((choice) => (isAlone(choice.label) ? choice : { ...choice, label: choice.title })),
  ];
}

/**
 * What stands at the composer's foot for the model, beside the agent's name: a model that is called as its agent is not named
 * twice. `undefined` where there is no other to choose.
 */
export function modelWord(agent: string, choices: readonly PickerChoice[], value: string): string | undefined {
  const says = ({ label }: PickerChoice): boolean => modelBeside(agent, label) !== '';
  if (!choices.some((choice) => choice.id !== '' && says(choice))) return undefined;
  const chosen = choices.find(({ id }) => id === value);
  return chosen && !says(chosen) ? 'Model' : (chosen?.label ?? value);
}

const levelLabels: Readonly<Record<ThinkingLevel, string>> = {
  off: 'Off',
  minimal: 'Minimal',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  xhigh: 'Highest',
};

/** How much the agent can be told to think, and as it does by itself. Nothing where it lets nobody choose. */
export function thinkingChoices(chosen: ThinkingLevel | undefined, offers: AgentOffers | undefined): PickerChoice[] {
  const levels = offers?.thinking_levels ?? [];
  if (levels.length === 0) return [];
  const byDefault = offers?.defaults.thinking_level;
  const choices = levels.map((level) => ({ id: level, label: levelLabels[level] }));
  const other =
    chosen === undefined || levels.includes(chosen) ? [] : [{ id: chosen, label: levelLabels[chosen], note: 'not with this model' }];
  return [{ id: '', label: 'Default', note: byDefault && levelLabels[byDefault].toLowerCase() }, ...choices, ...other];
}

/** The level that a choice stands for; `null` for the default. */
export const levelOf = (id: string): ThinkingLevel | null => (Object.hasOwn(levelLabels, id) ? (id as ThinkingLevel) : null);

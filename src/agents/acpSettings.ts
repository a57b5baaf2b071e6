import * as z from 'zod';
import { SessionError } from '../model/errors.js';
import { thinkingLevels, type ThinkingLevel } from '../model/thinkingLevel.js';

const choiceSchema = z.looseObject({ value: z.string(), name: z.string() });
const groupSchema = z.looseObject({ options: z.array(choiceSchema) });
const optionSchema = z.looseObject({
  id: z.string(),
  category: z.string().nullish(),
  type: z.literal('select'),
  currentValue: z.string(),
  options: z.array(z.union([choiceSchema, groupSchema])),
});
const modesSchema = z.looseObject({ currentModeId: z.string(), availableModes: z.array(z.looseObject({ id: z.string() })) });
const modelsSchema = z.looseObject({
  currentModelId: z.string().nullish(),
  availableModels: z.array(z.looseObject({ modelId: z.string(), name: z.string().nullish() })),
});

/** What an agent says of a session when it makes or opens one; a part that does not parse is not there. */
export const sessionStateSchema = z.looseObject({
  sessionId: z.string().optional(),
  modes: modesSchema.nullish().catch(undefined),
  models: modelsSchema.nullish().catch(undefined),
  configOptions: z.array(optionSchema.nullable().catch(null)).nullish().catch(undefined),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

/** A setting of a session: what it is, what it may be, and how it is set: by a config option or a method of its own. */
export interface Choice {
  readonly current: string | undefined;
  readonly values: readonly { readonly id: string; readonly title: string }[];
  readonly configId: string | undefined;
}

/** The models to choose from, `undefined` when the agent offers none. A config option is preferred: ACP dropped `set_model`. */
export function modelChoice(state: SessionState): Choice | undefined {
  const { models } = state;
  if (!models) return configChoice(state, 'model');
  const values = models.availableModels.map(({ modelId, name }) => ({ id: modelId, title: name ?? modelId }));
  return configChoice(state, 'model') ?? { current: models.currentModelId ?? undefined, values, configId: undefined };
}

/** The permission modes, `undefined` when the agent has none. */
export function modeChoice(state: SessionState): Choice | undefined {
  const { modes } = state;
  if (!modes) return configChoice(state, 'mode');
  return { current: modes.currentModeId, values: modes.availableModes.map(({ id }) => ({ id, title: id })), configId: undefined };
}

/** How much it thinks, `undefined` when the agent lets nobody choose. */
export const thinkingChoice = (state: SessionState): Choice | undefined =>
  configChoice(state, 'thought_level', 'effort', 'reasoning_effort');

function configChoice(state: SessionState, ...names: readonly string[]): Choice | undefined {
  const all = (state.configOptions ?? []).filter((option) => option !== null);
  const option = all.find(({ id }) => names.includes(id)) ?? all.find(({ category }) => names.some((name) => name === category));
  if (!option) return undefined;
  const flat = option.options.flatMap((entry) => ('value' in entry ? [choiceSchema.parse(entry)] : groupSchema.parse(entry).options));
  return { current: option.currentValue, values: flat.map(({ value, name: title }) => ({ id: value, title })), configId: option.id };
}

/** What agents call our modes, best first. Those that skip every question, such as gemini's `yolo`, are no mode of ours. */
const modeNames: Readonly<Record<string, readonly string[]>> = {
  ask: ['ask', 'default', 'read-only', 'build'],
  accept_edits: ['accept_edits', 'acceptEdits', 'autoEdit', 'auto_edit', 'workspace-write'],
  plan: ['plan', 'read-only'],
  auto: ['auto', 'agent'],
};
/** Where an agent lacks a mode it gets the next one that allows less. */
const tighter: Readonly<Record<string, string>> = { auto: 'accept_edits', accept_edits: 'ask' };

/**
 * The agent's id for one of our modes; `undefined` when it has nothing to set. Throws `unsupported` when only looser modes are
 * left: a person who asked for a plan must not get edits.
 */
export function modeIdFor(mode: string, choice: Choice | undefined, agent: string): string | undefined {
  const known = choice?.values.map(({ id }) => id) ?? [];
  for (let wanted: string | undefined = mode; wanted !== undefined; wanted = tighter[wanted]) {
    const found = modeNames[wanted]?.find((name) => known.includes(name));
    if (found !== undefined) return found;
  }
  if (mode === 'plan') throw new SessionError('unsupported', `${agent} has no plan mode`, { hint: 'use the mode ask, or another agent' });
  return undefined;
}

/** What agents call our levels of thinking, where they do not use our words. */
const levelNames: Readonly<Record<ThinkingLevel, readonly string[]>> = {
  off: ['off', 'none', 'disabled'],
  minimal: ['minimal'],
  low: ['low'],
  medium: ['medium'],
  high: ['high'],
  xhigh: ['xhigh', 'max'],
};

/** Our levels of thinking that the agent offers, from the least on. */
export const levelsOf = (choice: Choice | undefined): ThinkingLevel[] =>
  thinkingLevels.filter((level) => levelNames[level].some((name) => choice?.values.some(({ id }) => id === name)));

/** The agent's id for a level of thinking; `unsupported` where it has not got that one. */
export function thinkingIdFor(level: ThinkingLevel, choice: Choice | undefined, agent: string): string {
  const found = levelNames[level].find((name) => choice?.values.some(({ id }) => id === name));
  if (found !== undefined) return found;
  const known = choice?.values.map(({ id }) => id).join(', ');
  throw new SessionError('unsupported', `${agent} cannot be told to think “${level}”`, { hint: known && `it offers ${known}` });
}

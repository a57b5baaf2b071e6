import { isLooser, permissionModes } from '../src/model/permissionMode.js';
import type { SessionRow } from '../src/model/row.js';
import type { ToHost } from '../src/protocol/messages.js';
import { levelOf } from './pickers.js';

/** The settings of a session as a form holds them: as text, empty for what is as the agent does it. */
export interface SettingsForm {
  readonly title: string;
  /** With commas between. */
  readonly tags: string;
  readonly backend: string;
  readonly model: string;
  /** With commas between. */
  readonly fallbacks: string;
  readonly thinking: string;
  readonly mode: string;
  readonly verbose: boolean;
  readonly refuses: boolean;
}

export type FormProblems = Partial<Record<keyof SettingsForm, string>>;
type Choice = Extract<ToHost, { kind: 'choose' }>;

export function formOf({ title, tags, backend, model, settings }: SessionRow): SettingsForm {
  return {
    title,
    tags: tags.join(', '),
    backend,
    model: settings.model ?? model ?? '',
    fallbacks: settings.fallbacks?.join(', ') ?? '',
    thinking: settings.thinking_level ?? '',
    mode: settings.permission_mode ?? '',
    verbose: settings.verbose === true,
    refuses: settings.send_policy === 'refuse',
  };
}

/** The form after a change. Models are one agent's. */
export const changed = (form: SettingsForm, change: Partial<SettingsForm>): SettingsForm => ({
  ...form,
  ...(change.backend !== undefined && change.backend !== form.backend && { model: '', fallbacks: '' }),
  ...change,
});

/** What cannot be kept as it stands, field by field. */
export function problemsIn(form: SettingsForm, before: SettingsForm): FormProblems {
  const isEmptied = form.title.trim() === '' && before.title !== '';
  const minus = wordsIn(form.tags).find((tag) => tag.startsWith('-'));
  return {
    ...(isEmptied && { title: 'A session keeps a title. Write another, or leave the one it had.' }),
    ...(minus !== undefined && { tags: `A tag cannot begin with a minus: ${minus}` }),
    ...(form.model !== before.model && /\s/.test(form.model.trim()) && { model: 'The name of a model has no spaces.' }),
    ...(wordsIn(form.fallbacks).includes(form.model) &&
      form.model !== '' && { fallbacks: `${form.model} is the session’s model already. Name others.` }),
  };
}

/** Whether the form lets the agent do more unasked than asking first does. */
export const loosens = ({ mode }: SettingsForm): boolean => permissionModes.some((known) => known === mode && isLooser(known));

/** What the form changes; `undefined` where that is nothing. */
export function choiceOf(form: SettingsForm, before: SettingsForm): Choice | undefined {
  const [tags, had] = [wordsIn(form.tags), wordsIn(before.tags)];
  const title = form.title.trim();
  const fallbacks = wordsIn(form.fallbacks);
  const isNew = (key: keyof SettingsForm): boolean => form[key] !== before[key];
  const settings: Choice['settings'] = {
    ...(isNew('model') && { model: form.model.trim() || null }),
    ...(fallbacks.join() !== wordsIn(before.fallbacks).join() && { fallbacks: fallbacks.length > 0 ? fallbacks : null }),
    ...(isNew('thinking') && { thinking_level: levelOf(form.thinking) }),
    ...(isNew('mode') && { permission_mode: permissionModes.find((mode) => mode === form.mode) ?? null }),
    ...(isNew('verbose') && { verbose: form.verbose || null }),
    ...(isNew('refuses') && { send_policy: form.refuses ? ('refuse' as const) : null }),
  };
  const [addTags, removeTags] = [tags.filter((tag) => !had.includes(tag)), had.filter((tag) => !tags.includes(tag))];
  const choice: Choice = {
    kind: 'choose',
    ...(title !== before.title && title !== '' && { title }),
    ...(addTags.length > 0 && { addTags }),
    ...(removeTags.length > 0 && { removeTags }),
    ...(isNew('backend') && { backend: form.backend }),
    settings,
  };
  return Object.keys(choice).length > 2 || Object.keys(settings).length > 0 ? choice : undefined;
}

/** As `skein sessions patch` reads them. */
const wordsIn = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

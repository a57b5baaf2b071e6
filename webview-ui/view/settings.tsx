import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionRow } from '../../src/model/row.js';
import { offersOf, type PanelState } from '../panelState.js';
import { agentChoices, modeChoices, modelChoices, thinkingChoices } from '../pickers.js';
import { changed, choiceOf, formOf, loosens, problemsIn, type SettingsForm } from '../settingsForm.js';
import { Button, Checkbox, TextField } from './controls.js';
import { agentTitle } from './facts.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';
import { Picker, type Choice } from './picker.js';

interface SettingsProps {
  readonly state: PanelState;
  readonly row: SessionRow;
  /** Why nothing can be kept now. */
  readonly closed: string | undefined;
}

const otherModel = '\u0000other';

/** The settings of the session on the screen. */
export function Settings({ state, row, closed }: SettingsProps) {
  const { post, dispatch, announce } = usePanel();
  const [before] = useState(() => formOf(row));
  const [form, setForm] = useState(before);
  const [tried, setTried] = useState(false);
  const [typesModel, setTypesModel] = useState(false);
  const dialog = useRef<HTMLDivElement>(null);
  const first = useRef<HTMLElement>(null);
  const isSent = useRef(false);
  useEffect(() => {
    first.current?.focus();
    return () => {
      if (isSent.current) announce('The settings are kept.');
      document.querySelector<HTMLElement>('.composer textarea')?.focus();
    };
  }, []);
  useEffect(() => {
    isSent.current = false;
  }, [state.problem]);
  useEffect(() => {
    if (typesModel) dialog.current?.querySelector<HTMLElement>('.field[aria-label="Model"]')?.focus();
  }, [typesModel]);
  useEffect(() => {
    if (form.backend !== '') post({ kind: 'offers', agent: form.backend, ask: true });
  }, [form.backend]);
  const { refuses = false, saving = false } = state.form ?? {};
  const offers = offersOf(state, form.backend);
  const problems = tried ? problemsIn(form, before) : {};
  const set = (change: Partial<SettingsForm>): void => {
    setForm((now) => changed(now, change));
    if (change.backend !== undefined) setTypesModel(false);
  };
  const close = (): void => {
    isSent.current = false;
    dispatch({ kind: 'unform' });
  };
  const save = (): void => {
    setTried(true);
    const [problem] = Object.values(problemsIn(form, before));
    if (problem !== undefined) {
      announce(problem);
      requestAnimationFrame(() => dialog.current?.querySelector<HTMLElement>('.wrong .field')?.focus());
      return;
    }
    const choice = choiceOf(form, before);
    if (!choice) close();
    else if (closed === undefined && !saving) {
      isSent.current = true;
      dispatch({ kind: 'saving' });
      post(choice);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && event.target instanceof Element && event.target.closest('.field')) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const models = modelChoices(form.backend, [row, ...state.recent], form.model, offers);
  const byDefault = (note: string | undefined): Choice => ({ id: '', label: 'Default', note });
  const modes = [byDefault(modeLabel(offers?.defaults.permission_mode ?? 'ask')), ...modeChoices];
  const levels = thinkingChoices(undefined, offers);
  const pick = (name: string, key: 'backend' | 'model' | 'thinking' | 'mode', choices: readonly Choice[], described?: string) => (
    <Picker name={name} choices={choices} value={form[key]} describedBy={described} onPick={(id) => set({ [key]: id })} />
  );
  const write = (key: 'title' | 'tags' | 'fallbacks' | 'model', label: string, placeholder = '') => (
    <TextField
      {...(key === 'title' ? { elementRef: first } : {})}
      label={label}
      value={form[key]}
      placeholder={placeholder}
      invalid={problems[key] !== undefined}
      describedBy={problems[key] === undefined ? undefined : `problem-${key}`}
      onInput={(value) => set({ [key]: value })}
    />
  );
  return (
    <div class="popover settings" role="dialog" aria-label="Session settings" tabIndex={-1} ref={dialog} onKeyDown={onKeyDown}>
      <section>
        <h2>Session settings</h2>
        <Row label="Title" problem={problems.title} id="title">
          {write('title', 'Title')}
        </Row>
        <Row label="Tags" problem={problems.tags} id="tags">
          {write('tags', 'Tags, with commas between', 'none')}
        </Row>
      </section>
      <section>
        <Row label="Agent">{pick('Agent', 'backend', agentChoices(state.agents))}</Row>
        {form.backend !== before.backend && before.backend !== '' && (
          <p class="hint">{agentTitle(state.agents, form.backend)} is told what was said so far.</p>
        )}
        <Row label="Model" problem={problems.model} id="model">
          {typesModel ? (
            write('model', 'Model', offers?.defaults.model ?? 'as the agent does it')
          ) : (
            <Picker
              name="Model"
              choices={[...(models.length > 0 ? models : [byDefault(offers?.defaults.model)]), { id: otherModel, label: 'Other model…' }]}
              value={form.model}
              onPick={(id) => (id === otherModel ? setTypesModel(true) : set({ model: id }))}
            />
          )}
        </Row>
        <Row label="Fallbacks" problem={problems.fallbacks} id="fallbacks">
          {write(
            'fallbacks',
            'Models to go on with where that one fails, with commas between',
            offers?.defaults.fallbacks.join(', ') || 'none',
          )}
        </Row>
        {levels.length > 0 && <Row label="Thinking">{pick('Thinking', 'thinking', thinkingChoices(levelIn(form, row), offers))}</Row>}
        <Row label="Mode">{pick('Mode', 'mode', modes, 'mode-hint')}</Row>
        <p class="hint" id="mode-hint" role="status">
          {loosens(form) ? (
            <>
              <Icon name="ask" class="is-ask" />
              <span>
                Looser than asking: {modeChoices.find(({ id }) => id === form.mode)?.note}. It is kept for you alone, outside this folder,
                and holds for this session.
              </span>
            </>
          ) : (
            modeChoices.find(({ id }) => id === (form.mode || (offers?.defaults.permission_mode ?? 'ask')))?.note
          )}
        </p>
      </section>
      <section>
        <Checkbox checked={form.verbose} onChange={(verbose) => set({ verbose })}>
          Show what tools put out
        </Checkbox>
        <Checkbox
          checked={form.refuses || (refuses && !before.refuses)}
          disabled={refuses && !before.refuses}
          onChange={(value) => set({ refuses: value })}
        >
          Refuse other sessions’ messages while it runs
        </Checkbox>
        {refuses && !before.refuses && <p class="hint">Your settings say so for every session.</p>}
      </section>
      <section class="actions">
        <Button kind="main" disabled={saving || closed !== undefined} onClick={save}>
          {saving ? 'Saving' : 'Save'}
        </Button>
        <Button onClick={close}>Cancel</Button>
        {closed !== undefined && <span class="dim">{closed}</span>}
      </section>
    </div>
  );
}

const modeLabel = (mode: string): string => modeChoices.find(({ id }) => id === mode)?.label.toLowerCase() ?? mode;

/** The level that the session has stays to choose from, also where the agent does not offer it. */
const levelIn = ({ backend }: SettingsForm, row: SessionRow) => (backend === row.backend ? row.settings.thinking_level : undefined);

interface RowProps {
  readonly label: string;
  /** Of what names the problem. */
  readonly id?: string;
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/** A name and its field. The field carries the name itself, for whoever does not see the row. */
function Row({ label, id, problem, children }: RowProps) {
  return (
    <>
      <div class={`row ${problem === undefined ? '' : 'wrong'}`}>
        <span aria-hidden="true">{label}</span>
        {children}
      </div>
      {problem !== undefined && (
        <p class="hint problem" id={`problem-${id}`}>
          <Icon name="fail" class="is-fail" />
          <span>{problem}</span>
        </p>
      )}
    </>
  );
}

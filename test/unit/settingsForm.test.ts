import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changed, choiceOf, formOf, loosens, problemsIn, type SettingsForm } from '../../webview-ui/settingsForm.js';
import { row } from '../support/panelSamples.js';

const before = formOf(
  row({ tags: ['bugfix', 'auth'], settings: { model: 'opus', fallbacks: ['sonnet', 'haiku'], permission_mode: 'plan', verbose: true } }),
);
const change = (fields: Partial<SettingsForm>) => choiceOf(changed(before, fields), before);

describe('the form of a session’s settings', () => {
  test('shows what the session has, empty where its agent decides', () => {
    assert.deepEqual(before, {
      ...{ title: 'Fix login redirect loop', tags: 'bugfix, auth', backend: 'claude', model: 'opus', fallbacks: 'sonnet, haiku' },
      ...{ thinking: '', mode: 'plan', verbose: true, refuses: false },
    });
    assert.equal(formOf(row({ model: 'answered', settings: {} })).model, 'answered');
  });

  test('keeps what is another, and nothing else', () => {
    assert.equal(change({}), undefined);
    assert.equal(change({ title: ' Fix login redirect loop ', tags: 'bugfix auth', fallbacks: 'sonnet,haiku' }), undefined);
    assert.deepEqual(change({ title: 'Fix it' }), { kind: 'choose', title: 'Fix it', settings: {} });
    assert.deepEqual(change({ tags: 'auth, late late' }), { kind: 'choose', addTags: ['late'], removeTags: ['bugfix'], settings: {} });
    assert.deepEqual(change({ thinking: 'high', mode: 'auto', refuses: true })?.settings, {
      ...{ thinking_level: 'high', permission_mode: 'auto', send_policy: 'refuse' },
    });
    assert.deepEqual(change({ fallbacks: 'haiku sonnet' })?.settings, { fallbacks: ['haiku', 'sonnet'] });
  });

  test('gives back to the agent what is emptied', () => {
    assert.deepEqual(change({ model: ' ', fallbacks: '', mode: '', verbose: false })?.settings, {
      ...{ model: null, fallbacks: null, permission_mode: null, verbose: null },
    });
  });

  test('has no models of the former agent for another', () => {
    const other = changed(before, { backend: 'codex' });
    assert.deepEqual([other.model, other.fallbacks], ['', '']);
    assert.deepEqual(choiceOf(other, before), { kind: 'choose', backend: 'codex', settings: { model: null, fallbacks: null } });
    assert.deepEqual(changed(before, { backend: 'claude' }), before);
  });

  test('says what cannot be kept, field by field', () => {
    const problems = (fields: Partial<SettingsForm>) => Object.keys(problemsIn({ ...before, ...fields }, before));
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ title: ' ' }), ['title']);
    assert.deepEqual(problemsIn({ ...before, title: '' }, { ...before, title: '' }), {}, 'one that has none yet needs none');
    assert.deepEqual(problems({ tags: 'a, -b' }), ['tags']);
    assert.deepEqual(problems({ model: 'gpt 5' }), ['model']);
    assert.deepEqual(problems({ fallbacks: 'haiku, opus' }), ['fallbacks']);
  });

  test('tells the modes that ask less', () => {
    const modes = ['', 'ask', 'plan', 'accept_edits', 'auto', 'yolo'];
    assert.deepEqual(
      modes.filter((mode) => loosens({ ...before, mode })),
      ['accept_edits', 'auto'],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentOffers } from '../../src/model/agentOffers.js';
import type { ThinkingLevel } from '../../src/model/thinkingLevel.js';
import { diffView } from '../../webview-ui/diffRows.js';
import { formatAge, formatTime } from '../../webview-ui/moments.js';
import { formatClock, formatCost, formatSpan, formatTokens } from '../../webview-ui/numbers.js';
import { answerWords, denial, optionsInOrder, requestHeading } from '../../webview-ui/permission.js';
import { agentChoices, firstAgent, levelOf, modelChoices, modelWord, thinkingChoices } from '../../webview-ui/pickers.js';
import { readPictures } from '../../webview-ui/pictures.js';
import { promptHistory, stepHistory } from '../../webview-ui/promptHistory.js';
import { terminalLines, terminalSpans } from '../../webview-ui/terminalText.js';
import { agents, edit, recent, request, row, toolCall } from '../support/panelSamples.js';

describe('pictures that are pasted or dropped', () => {
  test('go along, and what cannot be read is told with the rest that cannot', async () => {
    const png = new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])], 'dot.png');
    // So the browser gives a folder.
    const folder = Object.assign(new File([], 'folder'), { arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')) });
    const { attachments, refused } = await readPictures([folder, new File(['x'], 'notes.txt'), png]);
    assert.deepEqual(
      attachments.map(({ title }) => title),
      ['dot.png'],
    );
    assert.deepEqual(refused, ['folder cannot be read', 'notes.txt is no picture that agents take (PNG, JPEG, GIF or WebP)']);
  });
});

describe('numbers', () => {
  test('tokens in four signs', () => {
    assert.deepEqual([0, 999, 1000, 48_210, 999_949, 999_950, 1_840_000].map(formatTokens), [
      '0',
      '999',
      '1k',
      '48.2k',
      '999.9k',
      '1M',
      '1.84M',
    ]);
  });
  test('dollars, and nothing where they are unknown', () => {
    assert.deepEqual([0.31, 14.2, 0.001, 0, null, undefined].map(formatCost), ['$0.31', '$14.20', '<$0.01', '$0.00', undefined, undefined]);
  });
  test('spans and clocks', () => {
    assert.deepEqual([50, 400, 4100, 6000, 59_600, 60_000, 72_000, 7_500_000].map(formatSpan), [
      '0.1 s',
      '0.4 s',
      '4.1 s',
      '6 s',
      '1 min',
      '1 min',
      '1 min 12 s',
      '2 h 5 min',
    ]);
    assert.deepEqual([0, 42_999, 727_000, 3_723_000, -5].map(formatClock), ['0:00', '0:42', '12:07', '1:02:03', '0:00']);
  });
  test('ages', () => {
    const now = new Date(2026, 0, 29, 15, 0).getTime();
    const at = (...parts: [number, number, number, number, number]): string => new Date(...parts).toISOString();
    const ages = [
      at(2026, 0, 29, 14, 59),
      at(2026, 0, 29, 14, 20),
      at(2026, 0, 29, 9, 0),
      at(2026, 0, 28, 23, 0),
      at(2026, 0, 26, 9, 0),
      at(2026, 0, 2, 9, 0),
      at(2024, 10, 12, 9, 0),
    ];
    assert.deepEqual(
      ages.map((iso) => formatAge(iso, now)),
      ['1 min', '40 min', '6 h', 'yesterday', 'Mon', '2 Jan', '12 Nov 2024'],
    );
    assert.deepEqual(
      [formatAge('nonsense', now), formatTime(at(2026, 0, 29, 9, 5), now), formatTime(at(2026, 0, 2, 9, 5), now)],
      ['', '09:05', '2 Jan 09:05'],
    );
  });
});

describe('changes of a file', () => {
  test('lines are numbered, counted and their words marked', () => {
    const view = diffView({
      path: 'a',
      old_text: 'one\nif (session.expired) go();\nthree\n',
      new_text: 'one\nif (session.valid) go();\nthree\nfour\n',
    });
    assert.deepEqual([view.added, view.removed], [2, 1]);
    const rows = view.hunks?.flat() ?? [];
    assert.deepEqual(
      rows.map((line) => `${line.sign}${line.number}`),
      [' 1', '-2', '+2', ' 3', '+4'],
    );
    assert.deepEqual(
      rows[1]?.texts.filter((part) => part.changed).map((part) => part.text),
      ['expired'],
    );
  });
  test('a new file has additions alone, and lines with nothing in common no marks', () => {
    assert.deepEqual(diffView({ path: 'a', new_text: 'x\ny\n' }).removed, 0);
    const rows = diffView({ path: 'a', old_text: 'alpha beta\n', new_text: 'something else entirely\n' }).hunks?.flat() ?? [];
    assert.ok(rows.every((line) => line.texts.every((part) => !part.changed)));
  });
  test('a huge change is left to the editor', () => {
    const view = diffView({ path: 'a', old_text: 'x\n'.repeat(150_000), new_text: 'y\n'.repeat(150_000) });
    assert.deepEqual(view, { hunks: undefined, added: 150_000, removed: 150_000 });
  });
});

describe('terminal text', () => {
  test('colours become spans, other sequences vanish', () => {
    assert.deepEqual(terminalSpans('a\u001b[32mb\u001b[1mc\u001b[0md\u001b[2K\u001b]0;title\u0007e'), [
      { text: 'a', style: '' },
      { text: 'b', style: 'ansi-green' },
      { text: 'c', style: 'ansi-green bold' },
      { text: 'd', style: '' },
      { text: 'e', style: '' },
    ]);
    assert.deepEqual(terminalSpans('\u001b[38;5;196mx\u001b[48;2;1;2;31my'), [
      { text: 'x', style: '' },
      { text: 'y', style: '' },
    ]);
  });
  test('what a carriage return wrote over is gone', () => {
    assert.deepEqual(terminalLines('10%\r50%\r100%\r\ndone\n\n\u001b[0m\n'), ['100%', 'done']);
  });
});

describe('permission', () => {
  test('choices stand from narrow to wide, denying last', () => {
    assert.deepEqual(
      optionsInOrder(request.options).map(({ id }) => id),
      ['once', 'session', 'always', 'no'],
    );
    assert.equal(denial(request), 'no');
    assert.equal(denial({ ...request, options: [] }), null);
  });
  test('the question and the answer are sentences', () => {
    assert.equal(requestHeading(request, 'Claude', '/p'), 'Claude wants to run a command');
    assert.equal(
      requestHeading({ ...request, call: edit.call }, 'Claude', '/projects/myapp'),
      'Claude wants to change src/auth/session.ts',
    );
    assert.equal(
      requestHeading({ ...request, title: 'Look around', call: toolCall('x', {}) }, 'Claude', '/p'),
      'Claude wants to: Look around',
    );
    assert.deepEqual(answerWords(request, 'session'), { words: 'Allowed in this session', allowed: true });
    assert.deepEqual(answerWords(request, 'reject_once'), { words: 'Denied', allowed: false });
    assert.deepEqual(answerWords(request, 'expired'), { words: 'Expired: the agent stopped waiting', allowed: false });
  });
});

describe('choices of the composer', () => {
  test('an agent that cannot be started says why, and a real one comes before the demo', () => {
    assert.deepEqual(
      agentChoices(agents).map(({ label, note, disabled }) => [label, note, disabled]),
      [
        ['Claude', undefined, false],
        ['Codex', 'not found', true],
        ['Demo', 'built in, no model', false],
      ],
    );
    assert.equal(firstAgent([...agents].reverse(), undefined), 'claude');
    assert.equal(firstAgent(agents.slice(1), undefined), 'demo');
    assert.equal(firstAgent(agents, 'demo'), 'demo');
    assert.equal(firstAgent([], undefined), '');
  });
  test('models are those that the agent told of, else those used with it before', () => {
    const used = [row(), row({ model: 'Haiku' }), row()];
    assert.deepEqual(
      modelChoices('claude', used, '').map(({ label }) => label),
      ['Default model', 'Opus 4.5', 'Haiku'],
    );
    assert.deepEqual(modelChoices('demo', recent, ''), []);
    const models = [
      { id: 'haiku', title: 'Haiku' },
      { id: 'Opus 4.5', title: 'Opus 4.5 (large)' },
    ];
    const offers = { agent: 'claude', models, thinking_levels: [], defaults: { model: 'haiku', fallbacks: [] } };
    assert.deepEqual(
      modelChoices('claude', used, 'opus-4-5-2025', offers).map(({ id, label, note }) => [id, label, note]),
      [
        ['', 'Default model', 'Haiku'],
        ['haiku', 'Haiku', undefined],
        ['Opus 4.5', 'Opus 4.5 (large)', undefined],
        ['opus-4-5-2025', 'opus-4-5-2025', undefined],
      ],
    );
  });
  test('a model has its short name, and the whole one to look up; two of one short name have the whole', () => {
    const used = ['claude-sonnet-4-5-20250929', 'x/small-1', 'y/small-1'].map((model) => row({ model }));
    const defaults = { model: 'claude-opus-4-5-20251101', fallbacks: [] };
    assert.deepEqual(
      modelChoices('claude', used, '', { agent: 'claude', models: [], thinking_levels: [], defaults }).map(({ label, note, title }) => [
        label,
        note,
        title,
      ]),
      [
        ['Default model', 'Opus 4.5', 'claude-opus-4-5-20251101'],
        ['Sonnet 4.5', undefined, 'claude-sonnet-4-5-20250929'],
        ['x/small-1', undefined, 'x/small-1'],
        ['y/small-1', undefined, 'y/small-1'],
      ],
    );
  });
  test('a model that is called as its agent is not named twice', () => {
    const choices = [
      { id: '', label: 'Default model' },
      { id: 'demo', label: 'Demo' },
    ];
    const terse = { id: 'demo-terse', label: 'Demo, terse' };
    assert.equal(modelWord('Demo', choices, 'demo'), undefined);
    assert.equal(modelWord('Demo', [...choices, terse], 'demo'), 'Model');
    assert.equal(modelWord('Demo', [...choices, terse], 'demo-terse'), 'Demo, terse');
    assert.equal(modelWord('Demo', [...choices, terse], ''), 'Default model');
    assert.equal(modelWord('Claude', choices, 'demo'), 'Demo');
    assert.equal(modelWord('Demo', [], ''), undefined);
  });
  test('thinking is offered where the agent offers it, and what is set is shown also where it is not', () => {
    const offers: AgentOffers = { agent: 'claude', models: [], thinking_levels: ['low', 'high'], defaults: { fallbacks: [] } };
    const labels = (chosen: ThinkingLevel | undefined, from: AgentOffers | undefined) =>
      thinkingChoices(chosen, from).map(({ label, note }) => (note === undefined ? label : `${label} (${note})`));
    assert.deepEqual(labels('high', undefined), []);
    assert.deepEqual(labels('high', { ...offers, thinking_levels: [] }), []);
    assert.deepEqual(labels('high', offers), ['Default', 'Low', 'High']);
    assert.deepEqual(labels('xhigh', { ...offers, defaults: { fallbacks: [], thinking_level: 'low' } }), [
      ...['Default (low)', 'Low', 'High', 'Highest (not with this model)'],
    ]);
    assert.deepEqual(['high', '', 'constructor'].map(levelOf), ['high', null, null]);
  });
  test('earlier prompts are walked as in a shell', () => {
    const start = promptHistory(['one', 'two']);
    const up = stepHistory(start, -1);
    assert.equal(up?.text, 'two');
    assert.equal(up && stepHistory(up.history, -1)?.text, 'one');
    assert.equal(up && stepHistory(up.history, 1)?.text, '');
    assert.equal(stepHistory(start, 1), undefined);
    assert.equal(stepHistory(promptHistory([]), -1), undefined);
  });
});

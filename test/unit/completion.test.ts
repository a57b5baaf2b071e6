import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PromptCommandInfo } from '../../src/model/promptCommand.js';
import { completionsOf, mentionAt, mentionsOf, type Mentions } from '../../webview-ui/completion.js';

const command = (name: string, argument = '', values: string[] = [], from: 'skein' | 'agent' = 'skein'): PromptCommandInfo => ({
  ...{ name, argument, values, from },
  summary: `about ${name}`,
});
const commands = [
  command('mode', '[mode]', ['ask', 'accept_edits', 'plan', 'auto']),
  command('model', '[model]'),
  command('status'),
  command('slow', 'seconds', [], 'agent'),
];
const texts = (draft: string) => completionsOf(draft, commands)?.items.map(({ text }) => text);

describe('completing a prompt that begins with a slash', () => {
  test('lists every command, with what follows it and whose it is', () => {
    const found = completionsOf('/', commands);
    assert.deepEqual(
      found?.items.map(({ label, note }) => [label, note]),
      [
        ['/mode [mode]', 'about mode'],
        ['/model [model]', 'about model'],
        ['/status', 'about status'],
        ['/slow seconds', 'about slow (agent)'],
      ],
    );
    assert.equal(found.first, 0);
  });

  test('narrows as one types, whatever the case', () => {
    assert.deepEqual(texts('/MO'), ['/mode ', '/model ']);
    assert.deepEqual(texts('/st'), ['/status']);
    assert.equal(texts('/xyz'), undefined);
  });

  test('then the values of the command, none taken before one is typed', () => {
    assert.deepEqual(texts('/mode a'), ['/mode ask', '/mode accept_edits', '/mode auto']);
    assert.equal(completionsOf('/mode ', commands)?.first, -1);
    assert.equal(completionsOf('/mode a', commands)?.first, 0);
    assert.equal(texts('/model '), undefined);
  });

  test('leaves Enter to what is whole already', () => {
    assert.equal(completionsOf('/status', commands)?.first, -1);
    assert.equal(texts('/mode auto'), undefined);
    assert.equal(completionsOf('/mode', commands)?.first, -1, 'there is a longer one, but this is one too');
    assert.deepEqual(
      completionsOf('/mode', commands.toReversed())?.items.map(({ text }) => text),
      ['/mode ', '/model '],
    );
  });

  test('is for the beginning of a prompt of one line', () => {
    for (const draft of ['', 'hello', 'see /mode', ' /mode', '/mode a b', '/mode\nask']) assert.equal(texts(draft), undefined, draft);
  });
});

describe('completing what a prompt names', () => {
  const told: Mentions = {
    seq: 1,
    text: 'see @s',
    start: 4,
    items: [
      { text: '@session:', label: 'session:', detail: 'another session' },
      { text: '@src/', label: 'src/' },
      { text: '@sums.txt ', label: 'sums.txt' },
    ],
  };
  const found = (draft: string, caret = draft.length, of = told) =>
    mentionsOf(draft, caret, of)?.items.map(({ text, caret: at = NaN }) => `${text.slice(0, at)}|${text.slice(at)}`);

  test('begins with an @ after white space or a bracket, and ends with the word', () => {
    assert.deepEqual(['@', 'see @a', '(@a/b', 'see\n@x'].map(mentionAt), ['@', '@a', '@a/b', '@x']);
    for (const before of ['', 'a@b', 'see @a ', 'see @a b']) assert.equal(mentionAt(before), undefined, before);
  });

  test('puts what is taken in the place of what is typed, and the cursor behind it', () => {
    assert.deepEqual(found('see @s'), ['see @session:|', 'see @src/|', 'see @sums.txt |']);
    assert.deepEqual(found('see @s and go', 6), ['see @session:| and go', 'see @src/| and go', 'see @sums.txt |and go']);
    assert.equal(mentionsOf('see @s', 6, told)?.first, 0);
  });

  test('narrows what was told until more is, and shows nothing of another place', () => {
    assert.deepEqual(found('see @SU'), ['see @sums.txt |']);
    assert.equal(found('see @sx'), undefined);
    assert.equal(found('saw @su'), undefined);
    assert.equal(found('see it @s'), undefined);
    assert.equal(found('see @s', 3), undefined);
    assert.equal(mentionsOf('see @s', 6, undefined), undefined);
  });

  test('leaves Enter to what is whole already', () => {
    const whole = { ...told, text: 'see @sums.txt', items: told.items.slice(2) };
    assert.equal(found('see @sums.txt', 13, whole), undefined);
    const more = { ...whole, items: [...whole.items, { text: '@sums.txt.old ', label: 'sums.txt.old' }] };
    assert.equal(mentionsOf('see @sums.txt', 13, more)?.first, -1);
  });
});

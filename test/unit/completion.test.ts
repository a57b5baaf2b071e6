import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PromptCommandInfo } from '../../src/model/promptCommand.js';
import { completionsOf } from '../../webview-ui/completion.js';

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

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TurnPrinter } from '../../src/cli/turnPrinter.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { recordingTerminal } from '../support/recordingTerminal.js';

const at = '2026-01-27T12:00:00.000Z';
const text = (id: string, delta: string): TurnUpdate => ({ kind: 'text', id, delta });
const thinking = (id: string, delta: string): TurnUpdate => ({ kind: 'thinking', id, delta });
const tool = (status: 'pending' | 'running' | 'completed' | 'failed', title = 'Read auth.go'): TurnUpdate => ({
  kind: 'tool',
  call: { id: 't1', kind: 'read', title, status },
});
const answer = (id: string, words: string): TurnUpdate => ({
  kind: 'entry',
  entry: { type: 'message', id, timestamp: at, message: { role: 'assistant', content: [{ type: 'text', text: words }] } },
});
const ended: TurnUpdate = { kind: 'ended', stop_reason: 'end_turn' };

function printed(updates: readonly TurnUpdate[], options = {}) {
  const terminal = recordingTerminal(options);
  const printer = new TurnPrinter(terminal);
  for (const update of updates) printer.print(update);
  return terminal;
}

describe('a printed turn', () => {
  test('has the answer alone on stdout, ending with a line end', () => {
    const terminal = printed([
      thinking('a', 'hm'),
      tool('running'),
      text('b', 'It is '),
      text('b', 'fixed.'),
      answer('b', 'It is fixed.'),
      ended,
    ]);
    assert.equal(terminal.out(), 'It is fixed.\n');
    assert.equal(terminal.err(), 'hm\n… Read auth.go\n');
  });

  test('prints an answer that did not stream, once', () => {
    assert.equal(printed([answer('b', 'Done.'), answer('b', 'Done.'), ended]).out(), 'Done.\n');
  });

  test('separates the messages of one answer', () => {
    assert.equal(printed([text('a', 'First.'), tool('completed'), text('b', 'Second.\n'), ended]).out(), 'First.\n\nSecond.\n');
  });

  test('tells each state of a tool call once, and how it ended', () => {
    const terminal = printed([tool('pending'), tool('running'), tool('running'), tool('failed'), ended]);
    assert.equal(terminal.err(), '… Read auth.go\n✗ Read auth.go\n');
  });

  test('tells notices and the plan on stderr, one line each', () => {
    const terminal = printed([
      { kind: 'notice', level: 'warning', text: 'the history\nwas cut' },
      { kind: 'plan', id: 'p', steps: [{ text: 'look', status: 'doing' }] },
    ]);
    assert.equal(terminal.err(), 'warning: the history was cut\n[doing] look\n');
  });

  test('cleans the answer for a terminal, and leaves it as it is for a file', () => {
    const bell = [text('a', 'a\u0007b'), ended];
    assert.equal(printed(bell, { tty: true, env: { NO_COLOR: '1' } }).out(), 'ab\n');
    assert.equal(printed(bell).out(), 'a\u0007b\n');
  });

  test('does not mix lines of the two streams', () => {
    const { written } = printed([text('a', 'half'), tool('running')]);
    assert.deepEqual(written, [
      ['out', 'half'],
      ['out', '\n'],
      ['err', '… Read auth.go\n'],
    ]);
  });
});

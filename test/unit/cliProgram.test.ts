import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commandTable } from '../../src/cli/commandTable.js';
import { createProgram, type Request } from '../../src/cli/program.js';
import { queryHelp } from '../../src/cli/queryHelp.js';
import { SessionError } from '../../src/model/errors.js';
import { parseQuery, queryFields, querySigns } from '../../src/model/sessionQuery.js';

const silent = { writeOut: () => undefined, writeErr: () => undefined };

function parse(...argv: readonly string[]): Request {
  const asked: Request[] = [];
  createProgram('0.0.0', silent, (request) => asked.push(request)).parse([...argv], { from: 'user' });
  assert.equal(asked.length, 1);
  return asked[0]!;
}

const asked = (...argv: readonly string[]) => {
  const { spec, args, options } = parse(...argv);
  return [spec.name, args, options] as const;
};

describe('parsing', () => {
  test('takes a prompt where there is no command, with options on both sides', () => {
    assert.deepEqual(asked('--backend', 'demo', 'fix it', '--tag', 'a', '-t', 'b', '--mode', 'plan'), [
      '',
      ['fix it'],
      { backend: 'demo', tag: ['a', 'b'], mode: 'plan' },
    ]);
    assert.deepEqual(asked(), ['', [], {}]);
    assert.deepEqual(asked('-c'), ['', [], { continue: true }]);
  });

  test('gives a command its own options, of the same names too', () => {
    assert.deepEqual(asked('sessions', 'list', '--tag', 'a', '--limit', '5', '--json'), [
      'sessions list',
      [],
      { tag: ['a'], limit: 5, json: true },
    ]);
    assert.deepEqual(asked('sessions', 'history', 'b668', '--last', '3'), ['sessions history', ['b668'], { lastEntries: 3 }]);
    assert.deepEqual(asked('resume', '--last', 'go on'), ['resume', ['go on'], { last: true }]);
    assert.deepEqual(asked('sessions', 'tag', 'b668', 'one', 'two'), ['sessions tag', ['b668', 'one', 'two'], {}]);
  });

  test('takes --path before and after the command', () => {
    assert.deepEqual(asked('--path', '/x', 'sessions', 'list')[2], { path: '/x' });
    assert.deepEqual(asked('sessions', 'list', '--path', '/x')[2], { path: '/x' });
  });

  test('has --path on every command, and --json on every reading one', () => {
    const reading = ['list', 'show', 'history', 'search', 'usage', 'sources', 'agents', 'doctor', 'get', 'clean', 'restore'];
    for (const spec of commandTable) {
      const last = spec.name.split(' ').at(-1) ?? '';
      if (reading.includes(last)) assert.ok(spec.options.includes('json'), spec.name);
      const words = spec.arguments.split(' ').filter((word) => word.startsWith('<'));
      assert.equal(
        parse(...spec.name.split(' ').filter(Boolean), ...words.map(() => 'word'), '--path', '/x').options.path,
        '/x',
        spec.name,
      );
    }
  });

  test('refuses numbers that are none', () => {
    for (const limit of ['0', '-1', 'x', '1.5', '1e3', '']) {
      assert.throws(
        () => parse('sessions', 'list', `--limit=${limit}`),
        (error) => error instanceof SessionError && error.code === 'usage',
      );
    }
  });

  test('refuses what is not in a list of values, and options that exclude each other', () => {
    for (const argv of [
      ['--mode', 'yolo', 'x'],
      ['sessions', 'list', '--status', 'running'],
      ['sessions', 'list', '--here', '--all'],
      ['-c', '-a', '1'],
      ['--ephemeral', '-c'],
      ['sessions', 'list', '--sort', 'size'],
    ]) {
      assert.throws(() => parse(...argv), /invalid|cannot be used/, argv.join(' '));
    }
  });

  test('shows no command of a later release', () => {
    const names = commandTable.map(({ name }) => name);
    for (const later of ['compact', 'reset', 'rewind', 'checkpoint']) assert.ok(!names.includes(`sessions ${later}`));
  });
});

test('every command of the table loads', async () => {
  for (const spec of commandTable) assert.equal(typeof (await spec.load()), 'function', spec.name);
});

test('the help of queries names every field and sign of the language, in examples that it takes', () => {
  for (const field of queryFields) assert.match(queryHelp, new RegExp(`\\b${field}:`), field);
  for (const sign of querySigns) assert.match(queryHelp, new RegExp(`\\b${sign}\\b`), sign);
  const examples = [...queryHelp.matchAll(/^ {2}(\S.*?)(?: {2}|$)/gm)].map(([, example]) => example ?? '');
  assert.ok(examples.length > 5);
  for (const example of examples) assert.ok(parseQuery(example, Date.now()).length > 0, example);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SessionError } from '../../src/model/errors.js';
import { asksForArchived, splitQuery } from '../../src/model/splitQuery.js';
import type { SessionRow } from '../../src/model/row.js';
import { parseQuery, queryFields } from '../../src/model/sessionQuery.js';
import { sessionRow } from '../support/sessionRow.js';

const now = Date.parse('2026-11-21T12:00:00Z');

function holds(query: string, row: Parameters<typeof sessionRow>[0]): boolean {
  return splitQuery(parseQuery(query, now)).test(sessionRow(row));
}

describe('a query', () => {
  test('is words, phrases, fields and their opposites', () => {
    assert.deepEqual(
      parseQuery('  token "two words" -draft backend:claude,Codex -tag:"a, b" is:pinned cost:>1 tokens:<=10k turns:3 after:7d ', now),
      [
        { not: false, kind: 'text', text: 'token', isPhrase: false },
        { not: false, kind: 'text', text: 'two words', isPhrase: true },
        { not: true, kind: 'text', text: 'draft', isPhrase: false },
        { not: false, kind: 'word', field: 'backend', words: ['claude', 'codex'] },
        { not: true, kind: 'word', field: 'tag', words: ['a, b'] },
        { not: false, kind: 'sign', signs: ['pinned'] },
        { not: false, kind: 'number', field: 'cost', comparison: '>', value: 1 },
        { not: false, kind: 'number', field: 'tokens', comparison: '<=', value: 10_000 },
        { not: false, kind: 'number', field: 'turns', comparison: '=', value: 3 },
        { not: false, kind: 'time', field: 'after', moment: now - 7 * 86_400_000 },
      ],
    );
    assert.deepEqual(parseQuery('', now), []);
  });

  test('takes what only looks like a field for text', () => {
    const texts = (query: string) => parseQuery(query, now).map((term) => (term.kind === 'text' ? term.text : term.kind));
    assert.deepEqual(texts('std::string http://127.0.0.1 12:30 "tag:x" C:\\dir'), [
      'std::string',
      'http://127.0.0.1',
      '12:30',
      'tag:x',
      'C:\\dir',
    ]);
  });

  const wrong: readonly (readonly [string, number, RegExp])[] = [
    ['a bakend:x', 3, /no field "bakend"/],
    ['a -is:lost', 7, /no "is:lost"/],
    ['cost:>much', 6, /not an amount/],
    ['x before:soon', 10, /neither a date nor a duration/],
    ['one "two', 5, /not closed/],
    ['one -', 6, /is missing/],
    ['tag: x', 5, /is missing/],
    ['status:runing', 8, /no status "runing"/],
  ];
  for (const [query, at, message] of wrong) {
    test(`points at what is wrong with ${query}`, () => {
      assert.throws(
        () => parseQuery(query, now),
        (error: unknown) =>
          error instanceof SessionError &&
          error.code === 'usage' &&
          message.test(error.message) &&
          error.message.includes(`(character ${String(at)} `),
      );
    });
  }

  test('of any text parses, or fails at a character that it has', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(...queryFields, 'is', '-', '"', ':', ' ', '>', '10k', 'pinned'));
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join('')),
        (text) => {
          try {
            parseQuery(text, now);
          } catch (error) {
            assert.ok(error instanceof SessionError && error.code === 'usage');
            const at = Number(/\(character (\d+) of/.exec(error.message)?.[1]);
            assert.ok(at >= 1 && at <= text.length + 1, `${String(at)} of ${JSON.stringify(text)}`);
          }
        },
      ),
    );
  });
});

describe('a row', () => {
  test('answers every field', () => {
    const row = {
      backend: 'claude',
      source: 'skein',
      origin: { source: 'clinvk', id: 'x' },
      status: 'active',
      tags: ['Auth', 'v2'],
      model: 'Claude-Opus-4',
      title: 'Fix the Login',
      parent_id: 'p',
      pinned: true,
      cost_usd: 1.5,
      turn_count: 4,
      tokens: 12_000,
      message_count: 3,
      last_used: '2026-11-20T12:00:00.000Z',
      metadata: { branch: 'feature/login' },
    } satisfies Partial<SessionRow>;
    for (const query of [
      'backend:CLAUDE,x',
      'source:clinvk',
      'source:skein',
      'status:active',
      'tag:auth',
      '-tag:aut',
      'model:opus',
      'title:"the login"',
      'branch:login',
      'is:pinned',
      'is:fork',
      '-is:archived',
      '-is:empty',
      '-is:running',
      'cost:>1',
      'cost:<=1.5',
      'tokens:>10k',
      'turns:4',
      'after:2d',
      'before:today',
      '-before:yesterday',
      'tag:v2 tag:auth -backend:codex',
    ]) {
      assert.equal(holds(query, row), true, query);
    }
    for (const query of [
      'backend:clau',
      'tag:x',
      '-is:fork',
      'cost:>1.5',
      'tokens:<10k',
      'is:archived,running',
      'after:1h',
      'branch:main',
    ]) {
      assert.equal(holds(query, row), false, query);
    }
  });

  test('of unknown cost is neither above nor below any', () => {
    assert.equal(holds('cost:>0', { cost_usd: null }), false);
    assert.equal(holds('cost:<1', { cost_usd: null }), false);
    assert.equal(holds('-cost:<1', { cost_usd: null }), true);
  });

  test('leaves text and files to the content', () => {
    const { content, test: rowTest } = splitQuery(parseQuery('word -"a phrase" file:auth.go tag:x', now));
    assert.deepEqual(
      content.map((term) => [term.kind, term.not]),
      [
        ['text', false],
        ['text', true],
        ['word', false],
      ],
    );
    assert.equal(rowTest(sessionRow({ tags: ['x'] })), true);
  });

  test('that is archived is asked for by name', () => {
    assert.equal(asksForArchived(parseQuery('is:pinned,archived', now)), true);
    assert.equal(asksForArchived(parseQuery('-is:archived archived', now)), false);
  });
});

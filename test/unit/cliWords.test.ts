import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainLine, plainText } from '../../src/cli/plainText.js';
import { shortId, shortIds } from '../../src/cli/shortId.js';
import { costWords, countOf, relativeTime, tokenWords } from '../../src/cli/words.js';

const now = Date.parse('2026-01-27T12:00:00.000Z');

describe('words of the command line', () => {
  test('times are told from now', () => {
    assert.equal(relativeTime('2026-01-27T11:59:30.000Z', now), 'just now');
    assert.equal(relativeTime('2026-01-27T12:00:20.000Z', now), 'just now');
    assert.equal(relativeTime('2026-01-27T11:30:00.000Z', now), '30 minutes ago');
    assert.equal(relativeTime('2026-01-27T08:00:00+01:00', now), '5 hours ago');
    assert.equal(relativeTime('2025-01-26T12:00:00Z', now), '1 year ago');
    assert.equal(relativeTime('yesterday', now), 'yesterday');
  });

  test('tokens are rounded, and never to a unit too small', () => {
    assert.deepEqual([0, 1, 999, 1000, 6912, 999_949, 999_950, 1_234_567].map(tokenWords), [
      '-',
      '1',
      '999',
      '1.0k',
      '6.9k',
      '999.9k',
      '1.0M',
      '1.2M',
    ]);
  });

  test('an unknown cost is not 0', () => {
    assert.deepEqual([null, 0, 0.0012, 0.0123, 12.345].map(costWords), ['-', '$0.00', '<$0.01', '$0.01', '$12.35']);
  });

  test('one and several', () => {
    assert.deepEqual([countOf(1, 'session'), countOf(0, 'session')], ['1 session', '0 sessions']);
  });
});

describe('short ids', () => {
  const a = 'b6682a87aaaa0000000000000000000a';
  const b = 'b6682a87aaab0000000000000000000a';
  const c = 'c0000000000000000000000000000000';

  test('have 8 characters, or as many as tell them apart', () => {
    const short = shortIds([a, b, c]);
    assert.deepEqual([short.get(a), short.get(b), short.get(c)], ['b6682a87aaaa', 'b6682a87aaab', 'c0000000']);
  });

  test("keep a source's name", () => {
    const short = shortIds([`clinvk:${a}`, a]);
    assert.deepEqual([...short.values()].sort(), ['b6682a87', 'clinvk:b6682a87']);
    assert.equal(shortId(`clinvk:${a}`), 'clinvk:b6682a87');
  });

  test('take an id that is the start of another, and one that comes twice', () => {
    assert.equal(shortIds(['abcdefghij', 'abcdefghijkl']).get('abcdefghij'), 'abcdefghij');
    assert.equal(shortIds([a, a]).get(a), 'b6682a87');
  });
});

describe('text from strangers', () => {
  test('loses what a terminal would obey, and keeps line ends and tabs', () => {
    assert.equal(plainText('a\tb\r\nc\u001b]0;title\u0007\u009b31m\rd\u2066'), 'a\tb\ncd');
    assert.equal(plainText('\u001b[1;31mred\u001b[0m \u001b]8;;http://h\u001b\\link\u001b]8;;\u001b\\ \u001b(B.'), 'red link .');
    assert.equal(plainText('cut\u001b]0;no end\nnext'), 'cut]0;no end\nnext');
    assert.equal(plainText('ünïcödé 修复 👩‍👧'), 'ünïcödé 修复 👩‍👧');
  });

  test('is one line where there is room for one', () => {
    assert.equal(plainLine('  a\n\n b\tc  \u0000'), 'a b c');
  });
});

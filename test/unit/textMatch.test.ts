import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { autoTitle, titleLimit } from '../../src/model/autoTitle.js';
import { TextMatch } from '../../src/model/textMatch.js';

describe('a match of text', () => {
  test('is the line with every place in it, in any case', () => {
    assert.deepEqual(new TextMatch(['auth']).first('first\nthe Auth of AUTHOR\nauth again'), {
      line: 'the Auth of AUTHOR',
      ranges: [
        [4, 8],
        [12, 16],
      ],
    });
  });
  test('takes a phrase literally, white space but for its length', () => {
    const match = new TextMatch(['a.b  (c)']);
    assert.deepEqual(match.first('x a.b (c)')?.ranges, [[2, 9]]);
    assert.equal(match.first('x axb (c)'), undefined);
    assert.equal(match.first('a.b\n(c)'), undefined);
  });
  test('cuts a long line around the match', () => {
    const found = new TextMatch(['needle']).first(`${'x'.repeat(5000)} needle ${'y'.repeat(5000)}`);
    const [[start, end] = [0, 0]] = found?.ranges ?? [];
    assert.equal(found?.line.slice(start, end), 'needle');
    assert.ok((found?.line.length ?? 0) <= 240);
  });
  test('points at what was looked for, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        const found = new TextMatch(['İs naß']).first(`${before}İs naß${after}`);
        assert.ok(found);
        assert.ok(found.ranges.length > 0);
        for (const [start, end] of found.ranges) assert.match(found.line.slice(start, end), /^İs naß$/iu);
      }),
    );
  });
});

describe('the title that a prompt gives', () => {
  test('is its first line with words', () => assert.equal(autoTitle('\n\n  fix   the login \nplease'), 'fix the login'));
  test('ends at a word', () => {
    const title = autoTitle('please have a look at the authentication of the users and mend it where it is broken');
    assert.equal(title, 'please have a look at the authentication of the users and…');
  });
  test('is never longer than its limit, and whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (prompt) => {
        const title = autoTitle(prompt);
        assert.ok(title.length <= titleLimit);
        assert.ok(!/[\uD800-\uDBFF]…$/.test(title));
      }),
    );
  });
  test('is empty for an empty prompt', () => assert.equal(autoTitle(' \n '), ''));
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMoment } from '../../src/model/duration.js';

const now = new Date(2026, 0, 31, 12, 0).getTime();

describe('a moment', () => {
  test('of a date is its midnight here, as today and yesterday are', () => {
    assert.equal(parseMoment('2026-01-31', now), new Date(2026, 0, 31).getTime());
    assert.equal(parseMoment('today', now), parseMoment('2026-01-31', now));
    assert.equal(parseMoment('yesterday', now), parseMoment('2026-01-30', now));
    assert.equal(parseMoment('2026-01-31T10:00', now), new Date(2026, 0, 31, 10).getTime());
    assert.equal(parseMoment('2026-01-31T10:00:00.000Z', now), Date.parse('2026-01-31T10:00:00.000Z'));
    assert.equal(parseMoment('7d', now), now - 7 * 86_400_000);
  });

  test('is never guessed', () => {
    for (const text of ['2026-02-31', '2026-13-01', '2026-01-31foo', '2026-01-31T25:00', '31.1.2026', 'tomorrow', '7x', '7', '']) {
      assert.throws(() => parseMoment(text, now), { code: 'usage' }, text);
    }
  });
});

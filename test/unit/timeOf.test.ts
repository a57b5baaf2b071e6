import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timeOf } from '../../src/sources/jsonValue.js';

describe('a time in another program’s file', () => {
  const zones = [process.env['TZ'], 'America/New_York', 'Asia/Kolkata'];
  const times: readonly [given: unknown, time: string | undefined][] = [
    ['2026-01-27T10:00:00.123Z', '2026-01-27T10:00:00.123Z'],
    ['2026-01-27T10:00:00.123456789+00:00', '2026-01-27T10:00:00.123Z'],
    ['2026-01-27T12:00:00+02:00', '2026-01-27T10:00:00.000Z'],
    ['2026-01-27T12:00:00+0200', '2026-01-27T10:00:00.000Z'],
    ['2026-01-27 12:00:00 +0200', '2026-01-27T10:00:00.000Z'],
    // As SQLite's own clock writes it: in UTC, whatever this computer's zone is.
    ['2026-01-27 10:00:00', '2026-01-27T10:00:00.000Z'],
    ['2026-01-27T10:00:00.5', '2026-01-27T10:00:00.500Z'],
    ['2026-01-27T10:00', '2026-01-27T10:00:00.000Z'],
    ['2026-01-27', '2026-01-27T00:00:00.000Z'],
    [1_769_508_000, '2026-01-27T10:00:00.000Z'],
    // What V8 would make a day of.
    ['session 5', undefined],
    ['12', undefined],
    ['2026-13-45T10:00:00Z', undefined],
    ['', undefined],
    [null, undefined],
    [1e20, undefined],
  ];
  for (const zone of zones) {
    test(`is the same wherever it is read: ${zone ?? 'here'}`, (t) => {
      const before = process.env['TZ'];
      t.after(() => {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      });
      if (zone !== undefined) process.env['TZ'] = zone;
      for (const [given, time] of times) assert.equal(timeOf(given), time, String(given));
    });
  }
});

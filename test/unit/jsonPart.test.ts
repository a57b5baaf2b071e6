import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { jsonElements, jsonMembers, partValue } from '../../src/sources/jsonPart.js';

const space = fc.constantFrom(undefined, 1, 2, '\t');

describe('the whole parts of a JSON text that is cut', () => {
  test('are the first members of its object, with their values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), space, fc.nat(2000), (object, indent, length) => {
        const text = JSON.stringify(object, undefined, indent);
        const entries = Object.entries(JSON.parse(text) as object);
        const cut = text.slice(0, length);
        const members = [...jsonMembers(cut)];
        const whole = members.filter(({ isWhole }) => isWhole);
        assert.deepEqual(
          whole.map((member) => [member.key, partValue(cut, member)]),
          entries.slice(0, whole.length),
        );
        assert.ok(
          members.slice(0, -1).every(({ isWhole }) => isWhole),
          'only the last may be cut',
        );
        if (length >= text.length) assert.equal(whole.length, entries.length);
      }),
    );
  });

  test('are the first elements of its array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 2 })), space, fc.nat(2000), (array, indent, length) => {
        const text = JSON.stringify(array, undefined, indent);
        const values = JSON.parse(text) as unknown[];
        const cut = text.slice(0, length);
        const whole = [...jsonElements(cut)].filter(({ isWhole }) => isWhole);
        assert.deepEqual(
          whole.map((part) => partValue(cut, part)),
          values.slice(0, whole.length),
        );
        if (length >= text.length) assert.equal(whole.length, values.length);
      }),
    );
  });

  test('and of a text that is none, nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', ' ', '1', 'a') }), (text) => {
        for (const part of [...jsonMembers(text), ...jsonElements(text)]) assert.ok(part.start < part.end && part.end <= text.length);
      }),
    );
    assert.deepEqual([...jsonMembers('[{"a":1}]'), ...jsonElements('{"a":[1]}'), ...jsonMembers(''), ...jsonElements(' ')], []);
  });
});

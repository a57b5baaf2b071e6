import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureSentence } from '../../src/extension/failureText.js';
import { dependsOnTime, queryProblem } from '../../src/extension/typedQuery.js';

describe('a query that is typed', () => {
  test('has no problem while it is empty, or when it can be asked', () => {
    for (const text of ['', '  ', 'zebra', 'tag:auth  "token refresh"  after:7d -is:fork'])
      assert.equal(queryProblem(text), undefined, text);
  });

  test('is told what is wrong with it, at which character, and what to write', () => {
    const said = (text: string): string | undefined => {
      const problem = queryProblem(text);
      return problem && failureSentence(problem);
    };
    assert.equal(
      said('zebra is:pined'),
      'There is no "is:pined" (character 10 of the query). There are: is:pinned, is:archived, is:running, is:fork, is:spawned, is:empty.',
    );
    assert.match(said('  colour:red') ?? '', /^There is no field "colour" \(character 3 of the query\)\. Fields: backend, /);
    assert.match(said('"not closed') ?? '', /\(character 1 of the query\)/);
  });

  test('depends on time where it has a time', () => {
    assert.deepEqual(['zebra', 'tag:auth -after:today', 'before:7d', 'before:'].map(dependsOnTime), [false, true, true, false]);
  });
});

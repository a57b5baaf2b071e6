import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QueryAnswers } from '../../src/extension/queryAnswers.js';
import type { QueryAnswer } from '../../src/extension/sessionFilter.js';
import { sessionRow } from '../support/sessionRow.js';

const found = (id: string): QueryAnswer => ({ rows: [sessionRow({ id })] });
const wrong: QueryAnswer = { failure: 'There is no field "x".' };

/** A server whose answers come when the test says so. */
function slowServer(queries: readonly string[]) {
  const asked: { readonly query: string; readonly answer: (given: QueryAnswer) => void; readonly fail: (error: unknown) => void }[] = [];
  const failures: unknown[] = [];
  const answers = new QueryAnswers({
    ask: (_folder, query) => new Promise((answer, fail) => asked.push({ query, answer, fail })),
    queriesOf: () => queries,
    failed: (error) => failures.push(error),
  });
  const next = () => asked.shift() ?? assert.fail('nothing was asked');
  return { asked, failures, answers, next };
}

describe('the answers to saved searches', () => {
  test('are there once all are, each query asked once', async () => {
    const { answers, asked, next } = slowServer(['zebra', 'x:1', 'zebra']);
    const done = answers.refresh('/here');
    assert.deepEqual(
      asked.map(({ query }) => query),
      ['zebra', 'x:1'],
    );
    assert.equal(answers.get('/here', 'zebra'), undefined);
    next().answer(found('a'));
    next().answer(wrong);
    await done;
    assert.deepEqual(answers.get('/here', 'zebra'), found('a'));
    assert.deepEqual(answers.all('/here'), [found('a'), wrong]);
    assert.equal(answers.get('/there', 'zebra'), undefined);
  });

  test('that take longer than changes come are asked once more, not once for each', async () => {
    const { answers, asked, next } = slowServer(['zebra']);
    const rounds = [answers.refresh('/here'), answers.refresh('/here'), answers.refresh('/here')];
    assert.equal(asked.length, 1);
    next().answer(found('a'));
    await new Promise(setImmediate);
    assert.equal(asked.length, 1);
    assert.deepEqual(answers.get('/here', 'zebra'), found('a'), 'what is known is shown meanwhile');
    next().answer(found('b'));
    await Promise.all(rounds);
    assert.deepEqual([answers.get('/here', 'zebra'), asked.length], [found('b'), 0]);
  });

  test('stay as they are when nobody answers, and are asked for again', async () => {
    const { answers, failures, next } = slowServer(['zebra']);
    const first = answers.refresh('/here');
    next().answer(found('a'));
    await first;
    const second = answers.refresh('/here');
    const away = new Error('the server is away');
    next().fail(away);
    await second;
    assert.deepEqual([answers.get('/here', 'zebra'), failures], [found('a'), [away]]);
    const third = answers.refresh('/here');
    next().answer(found('b'));
    await third;
    assert.deepEqual(answers.get('/here', 'zebra'), found('b'));
  });

  test('are asked for once more also when nobody answered the first time', async () => {
    const { answers, next } = slowServer(['zebra']);
    const rounds = [answers.refresh('/here'), answers.refresh('/here')];
    next().fail(new Error('the server is away'));
    await new Promise(setImmediate);
    next().answer(found('b'));
    await Promise.all(rounds);
    assert.deepEqual(answers.get('/here', 'zebra'), found('b'));
  });
});

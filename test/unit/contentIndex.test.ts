import assert from 'node:assert/strict';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ContentIndex } from '../../src/core/search/contentIndex.js';
import type { GatheredRows } from '../../src/core/gatheredRows.js';
import { silentLogger } from '../../src/model/logger.js';
import { parseQuery } from '../../src/model/sessionQuery.js';
import { splitQuery } from '../../src/model/splitQuery.js';
import { SearchIndex } from '../../src/search/searchIndex.js';
import type { Source } from '../../src/sources/source.js';
import { openStore } from '../../src/store/openStore.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { message } from '../support/scratchStore.js';
import { sessionRow } from '../support/sessionRow.js';

const count = 40;
const length = 30_000;
/** None is the beginning of another: words are found by that too. */
const ids = Array.from({ length: count }, (_, at) => String(100 + at));

/** What the update did, in order, each with how many turns of the event loop another task had had by then. */
interface Step {
  readonly did: 'read' | 'put';
  readonly turns: number;
}

interface Place {
  readonly content: ContentIndex;
  readonly gathered: GatheredRows;
  readonly steps: readonly Step[];
  /** How many sessions the index knows. */
  known(): number;
  /** The ids of the sessions in which each of these is found, in order. */
  found(...words: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Called when a session is read, with how many were before. */
  onRead: (before: number) => void;
}

/** Sessions of another program, whose reading takes no turn of the event loop, and an index that knows none of them. */
function place(t: TestContext): Place {
  const { folder, remove } = makeScratchFolder('content');
  const index = SearchIndex.open(path.join(folder, 'search.sqlite'), silentLogger);
  assert.ok(index);
  let [turns, isOver] = [0, false];
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  t.after(() => {
    isOver = true;
    content.close();
    remove();
  });
  const steps: Step[] = [];
  const put = index.put.bind(index);
  t.mock.method(index, 'put', (...given: Parameters<typeof put>) => {
    steps.push({ did: 'put', turns });
    put(...given);
  });
  const nothing = (): Promise<never> => Promise.reject(new Error('nobody asks for it'));
  const source: Source = {
    ...{ name: 'other', title: 'Other', info: nothing, list: nothing, watch: () => () => undefined },
    read: (id) => {
      made.onRead(steps.filter(({ did }) => did === 'read').length);
      steps.push({ did: 'read', turns });
      const text = `word${id} ${'and more '.repeat(length / 9)}`;
      return Promise.resolve([message('m', 'user', { message: { role: 'user', content: [{ type: 'text', text }] } })]);
    },
  };
  const store = openStore(path.join(folder, '.skein'), { actor: { program: 'test', surface: 'test' } });
  const content = new ContentIndex({ store, sources: [source], logger: silentLogger, otherStores: () => Promise.resolve([]) }, index);
  const rows = ids.map((id) => sessionRow({ id: `other:${id}`, source: 'other' }));
  const gathered = { rows, problems: [], stamps: new Map(rows.map(({ id }) => [id, '1'])) };
  const made: Place = {
    ...{ content, gathered, steps, onRead: () => undefined },
    known: () => index.stamps().size,
    found: async (...words) => {
      const terms = words.flatMap((word) => splitQuery(parseQuery(word, 0)).content);
      return (await content.find(gathered, terms)).map((found) => [...found.keys()].sort());
    },
  };
  return made;
}

const turnsOf = (steps: readonly Step[], what: Step['did']): readonly number[] =>
  steps.filter(({ did }) => did === what).map(({ turns }) => turns);
const all = ids.map((id) => `word${id}`);
const each = ids.map((id) => [`other:${id}`]);

describe('an update of the search index', () => {
  test('in the background lets others have their turn between any two parts that it writes', async (t) => {
    const { content, gathered, steps, found } = place(t);
    t.mock.method(performance, 'now', () => 0);
    await content.update(gathered, new AbortController().signal);
    const written = turnsOf(steps, 'put');
    assert.ok(written.length >= 10, `in small parts: ${String(written.length)}`);
    assert.equal(new Set(written).size, written.length, 'another task had a turn between any two');
    assert.deepEqual(await found(...all), each);
    assert.equal(turnsOf(steps, 'read').length, count, 'each was read once');
  });

  test('in the background lets others have their turn where reading takes long', async (t) => {
    const slow = place(t);
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    slow.onRead = () => (now += 50);
    await slow.content.update(slow.gathered, new AbortController().signal);
    const read = turnsOf(slow.steps, 'read');
    assert.equal(new Set(read).size, count, 'another task had a turn between any two');
  });

  test('that somebody waits for is made at once', async (t) => {
    const awaited = place(t);
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    awaited.onRead = () => (now += 50);
    assert.deepEqual(await awaited.found(...all), each);
    assert.equal(turnsOf(awaited.steps, 'put').length, 1);
    assert.equal(new Set(turnsOf(awaited.steps, 'read')).size, 1);
  });

  test('that is stopped reads nothing more, keeps what it wrote, and the next one completes it', async (t) => {
    const stopped = place(t);
    const stop = new AbortController();
    stopped.onRead = (before) => {
      if (before === count / 2) stop.abort();
    };
    await stopped.content.update(stopped.gathered, stop.signal);
    assert.equal(stopped.steps.filter(({ did }) => did === 'read').length, count / 2 + 1, 'the one that it was at is the last');
    const known = stopped.known();
    assert.ok(known > 0 && known < count, String(known));
    const from = stopped.steps.length;
    assert.deepEqual(await stopped.found(...all), each, 'also by the same list of sessions');
    assert.equal(turnsOf(stopped.steps.slice(from), 'read').length, count - known, 'what was written is not read again');
    assert.equal(stopped.known(), count);
  });

  test('that is stopped before it began reads nothing', async (t) => {
    const { content, gathered, steps, known } = place(t);
    await content.update(gathered, AbortSignal.abort());
    assert.deepEqual([steps, known()], [[], 0]);
  });
});

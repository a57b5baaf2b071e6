import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { silentLogger } from '../../src/model/logger.js';
import type { ContentTerm } from '../../src/model/splitQuery.js';
import { splitQuery } from '../../src/model/splitQuery.js';
import { parseQuery } from '../../src/model/sessionQuery.js';
import { entryText, type EntryText } from '../../src/search/entryText.js';
import { SearchIndex } from '../../src/search/searchIndex.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

interface Scratch {
  readonly file: string;
  readonly open: (name?: string) => SearchIndex;
}

function scratch(t: TestContext): Scratch {
  const { folder, remove } = makeScratchFolder('search');
  const opened: SearchIndex[] = [];
  t.after(() => {
    for (const index of opened) index.close();
    remove();
  });
  const file = path.join(folder, 'cache', 'search.sqlite');
  return {
    file,
    open: (name) => {
      const index = SearchIndex.open(name === undefined ? file : path.join(folder, name), silentLogger);
      assert.ok(index);
      opened.push(index);
      return index;
    },
  };
}

const texts = (...given: readonly string[]): readonly EntryText[] =>
  given.map((text, index) => ({ entry: `e${String(index)}`, text, files: '' }));
const terms = (query: string): readonly ContentTerm[] => splitQuery(parseQuery(query, 0)).content;
const found = (index: SearchIndex, query: string): readonly string[] =>
  terms(query)
    .flatMap((term) => [...index.find(term)].map(([key, count]) => `${key}${String(count)}`))
    .sort();

describe('the search index', () => {
  test('finds words, their beginnings, phrases, signs and files', (t) => {
    const index = scratch(t).open();
    index.put([
      { key: 'a', stamp: '1', texts: texts('Fix the refresh_token rotation', 'The Token is rotated on each use; café') },
      { key: 'b', stamp: '1', texts: [{ entry: 'x', text: 'a => b, refreshing', files: '/p/src/auth.go\n/p/README.md' }] },
      { key: 'c', stamp: '1', texts: texts('ログイン画面を直す 登录 页面') },
    ]);
    assert.deepEqual(found(index, 'token'), ['a2']);
    assert.deepEqual(found(index, 'refresh'), ['a1', 'b1']);
    assert.deepEqual(found(index, '"refresh"'), ['a1']);
    assert.deepEqual(found(index, '"token is rotated"'), ['a1']);
    assert.deepEqual(found(index, '"rotated token"'), []);
    assert.deepEqual(found(index, 'CAFE'), ['a1']);
    assert.deepEqual(found(index, '=>'), ['b1']);
    assert.deepEqual(found(index, 'file:auth.go'), ['b1']);
    assert.deepEqual(found(index, 'file:src/auth.go,nothing.md'), ['b1']);
    assert.deepEqual(found(index, 'file:token'), []);
    assert.deepEqual(found(index, '画面'), ['c1']);
    assert.deepEqual(found(index, '面画'), []);
    assert.deepEqual(found(index, '登录'), ['c1']);
  });

  test('takes no text for its own language', (t) => {
    const index = scratch(t).open();
    index.put([{ key: 'a', stamp: '1', texts: texts('NEAR(a b) AND text : x * ^y "quoted" -- \' ; DROP TABLE entry') }]);
    for (const query of ['NEAR(a', 'AND', 'text', '^y', "'", '--x', 'entry*', ';']) assert.ok(found(index, query).length <= 1, query);
    assert.deepEqual(found(index, 'quoted'), ['a1']);
  });

  test('gives the entries that match all terms first, the last first', (t) => {
    const index = scratch(t).open();
    index.put([{ key: 'a', stamp: '1', texts: texts('red', 'red blue', 'blue', 'red', 'green') }]);
    const ids = (query: string, limit: number) => index.entries('a', terms(query), limit).map(({ entry }) => entry);
    assert.deepEqual(ids('red blue', 9), ['e1', 'e3', 'e2', 'e0']);
    assert.deepEqual(ids('red', 2), ['e3', 'e1']);
    assert.deepEqual(ids('red blue', 1), ['e1']);
    assert.deepEqual(index.entries('none', terms('red'), 5), []);
  });

  test('forgets what is dropped and keeps the rest', (t) => {
    const index = scratch(t).open();
    index.put(['a', 'b'].map((key) => ({ key, stamp: '1', texts: texts('same words') })));
    index.drop(['a', 'unknown']);
    assert.deepEqual(found(index, 'words'), ['b1']);
    assert.deepEqual([...index.stamps()], [['b', '1']]);
  });

  test('is shared: what one process writes another finds', (t) => {
    const { open } = scratch(t);
    const [one, other] = [open(), open()];
    one.put([{ key: 'a', stamp: '1', texts: texts('first') }]);
    assert.deepEqual(found(other, 'first'), ['a1']);
    other.put([{ key: 'a', stamp: '2', texts: texts('first', 'second') }]);
    assert.deepEqual(found(one, 'second'), ['a1']);
    assert.equal(one.stamps().get('a'), '2');
  });
});

describe('a search index that is', () => {
  const damages: Readonly<Record<string, (file: string) => void>> = {
    deleted: (file) => {
      for (const name of readdirSync(path.dirname(file))) rmSync(path.join(path.dirname(file), name));
    },
    'no database': (file) => writeFileSync(file, 'something else '.repeat(1000)),
    'cut short': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    'of another version': (file) => {
      const database = new DatabaseSync(file);
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
  };
  for (const [damage, strike] of Object.entries(damages)) {
    test(`${damage} is made anew`, (t) => {
      const { file, open } = scratch(t);
      const before = open();
      before.put(
        Array.from({ length: 50 }, (_, n) => ({ key: `k${String(n)}`, stamp: '1', texts: texts(`words of ${String(n)} `.repeat(200)) })),
      );
      before.close();
      strike(file);
      const index = open();
      index.put([{ key: 'a', stamp: '1', texts: texts('found again') }]);
      assert.deepEqual(found(index, 'again'), ['a1']);
      const all = Array.from({ length: 50 }, (_, n) => ({ key: `k${String(n)}`, stamp: '2', texts: texts(`words of ${String(n)}`) }));
      index.put(all);
      assert.equal(found(index, 'words').length, 50);
    });
  }

  test('deleted under its feet is made anew', (t) => {
    const { file, open } = scratch(t);
    const index = open();
    index.put([{ key: 'a', stamp: '1', texts: texts('old') }]);
    for (const name of readdirSync(path.dirname(file))) rmSync(path.join(path.dirname(file), name));
    assert.deepEqual([...index.stamps()], []);
    index.put([{ key: 'a', stamp: '1', texts: texts('new') }]);
    assert.deepEqual(found(index, 'new'), ['a1']);
  });
});

test('an index that grew by changes finds what one made at once finds', (t) => {
  const word = fc.constantFrom('red', 'blue', 'green', '青', 'refresh_token');
  const transcript = fc.array(
    fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
    { maxLength: 5 },
  );
  const { open } = scratch(t);
  let run = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), transcript), { minLength: 1, maxLength: 8 }), (changes) => {
      run++;
      const grown = open(`grown ${String(run)}`);
      for (const [key, given] of changes) grown.put([{ key, stamp: 'x', texts: texts(...given) }]);
      const once = open(`once ${String(run)}`);
      once.put([...new Map(changes)].map(([key, given]) => ({ key, stamp: 'x', texts: texts(...given) })));
      for (const query of ['red', 'blu', '"green"', '青', 'token']) assert.deepEqual(found(grown, query), found(once, query));
      grown.close();
      once.close();
    }),
    { numRuns: 25 },
  );
});

test('all that a reader sees of an entry can be found', () => {
  const call = entryText({
    type: 'tool_call',
    id: 't',
    timestamp: '2026-11-21T10:00:00.000Z',
    call: {
      id: 'c',
      kind: 'edit',
      title: 'Edit auth.go',
      status: 'completed',
      input: { command: 'sed', deep: [{ pattern: 'needle' }], count: 3 },
      output: 'done',
      locations: [{ path: '/p/auth.go' }],
      diff: [{ path: '/p/auth.go', old_text: 'before', new_text: 'after' }],
    },
  });
  assert.deepEqual(call?.text.split('\n'), ['Edit auth.go', 'sed', 'needle', 'done', '/p/auth.go', 'before', 'after']);
  assert.equal(call?.files, '/p/auth.go');
  assert.equal(entryText({ type: 'reset', id: 'r', timestamp: '2026-11-21T10:00:00.000Z' }), undefined);
});

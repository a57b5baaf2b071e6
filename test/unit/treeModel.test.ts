import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SessionRow } from '../../src/model/row.js';
import { NodeIndex } from '../../src/extension/nodeIndex.js';
import type { GroupBy } from '../../src/extension/rowGroups.js';
import { treeOutline } from '../support/treeOutline.js';
import { buildTree, nest, type FolderSessions, type TreeNode } from '../../src/extension/treeModel.js';
import { sessionRow } from '../support/sessionRow.js';

const now = new Date(2026, 10, 21, 12).getTime();
const before = (days: number, hours = 0): string => new Date(2026, 10, 21 - days, 11 - hours).toISOString();
const folder = { path: '/projects/myapp', name: 'myapp', trusted: true };
const holder = (state: 'running' | 'waiting') => ({ program: 'vscode', host: 'here', pid: 7, started_at: before(0), state });

function tree(rows: readonly SessionRow[], more: Partial<FolderSessions> = {}, groupBy: GroupBy = 'date'): readonly TreeNode[] {
  return buildTree([{ folder, rows, hidden: 0, problems: [], ...more }], { groupBy, now, stopped: false });
}

describe('the Sessions tree', () => {
  test('is grouped by date: today, yesterday, the last 7 days, then months', () => {
    const rows = [
      sessionRow({ id: 'a', title: 'A', last_used_at: before(0) }),
      sessionRow({ id: 'b', title: 'B', last_used_at: before(1) }),
      sessionRow({ id: 'c', title: 'C', last_used_at: before(5) }),
      sessionRow({ id: 'd', title: 'D', last_used_at: new Date(2026, 9, 3).toISOString() }),
      sessionRow({ id: 'e', title: 'E', last_used_at: new Date(2025, 9, 3).toISOString() }),
    ];
    const month = (year: number, options: Intl.DateTimeFormatOptions): string =>
      new Intl.DateTimeFormat(undefined, options).format(new Date(year, 9, 3));
    assert.deepEqual(treeOutline(tree(rows)), [
      'Today',
      '  A',
      'Yesterday',
      '  B',
      'Last 7 days',
      '  C',
      month(2026, { month: 'long' }),
      '  D',
      month(2025, { month: 'long', year: 'numeric' }),
      '  E',
    ]);
  });

  test('puts what needs the person, what runs and what is pinned first, and only when there is any', () => {
    const rows = [
      sessionRow({ id: 'a', title: 'Waits', running: holder('waiting') }),
      sessionRow({ id: 'b', title: 'Runs', running: holder('running'), last_used_at: before(0, 1) }),
      sessionRow({ id: 'c', title: 'Pinned', pinned: true, last_used_at: before(0, 2) }),
    ];
    assert.deepEqual(treeOutline(tree(rows)), [
      'Needs you',
      '  Waits',
      'Running',
      '  Runs',
      'Pinned',
      '  Pinned',
      'Today',
      '  Waits',
      '  Runs',
      '  Pinned',
    ]);
    assert.deepEqual(treeOutline(tree([sessionRow({ title: 'Plain' })])), ['Today', '  Plain']);
  });

  test('nests forks under their parent and does not count them', () => {
    const rows = [
      sessionRow({ id: 'a', title: 'Parent' }),
      sessionRow({ id: 'b', title: 'Fork', parent_id: 'a'.padEnd(32, '0') }),
      sessionRow({ id: 'c', title: 'Fork of the fork', parent_id: 'b'.padEnd(32, '0') }),
      sessionRow({ id: 'd', title: 'Orphan', parent_id: 'f'.padEnd(32, '0'), last_used_at: before(0, 3) }),
    ];
    const roots = tree(rows);
    assert.deepEqual(treeOutline(roots), ['Today', '  Parent', '    Fork', '      Fork of the fork', '  Orphan']);
    const [today] = roots;
    assert.ok(today?.kind === 'group');
    assert.equal(today.group.rows.length, 2);
  });

  test('groups by agent, status and tag, a session with two tags under both', () => {
    const rows = [
      sessionRow({ id: 'a', title: 'A', backend: 'claude', tags: ['auth', 'bugfix'], status: 'error' }),
      sessionRow({ id: 'b', title: 'B', backend: 'codex', status: 'active', last_used_at: before(0, 3) }),
    ];
    assert.deepEqual(treeOutline(tree(rows, {}, 'agent')), ['Claude', '  A', 'Codex', '  B']);
    assert.deepEqual(treeOutline(tree(rows, {}, 'status')), ['Active', '  B', 'Failed', '  A']);
    assert.deepEqual(treeOutline(tree(rows, {}, 'tag')), ['auth', '  A', 'bugfix', '  A', 'No tags', '  B']);
  });

  test('ends with what the filter hides and, only when there is something to say, with Health', () => {
    const problem = { kind: 'damaged', detail: 'does not parse', path: '/projects/myapp/.skein/sessions/x.json' } as const;
    const roots = tree([sessionRow({ title: 'A', problem })], { hidden: 3, problems: [problem] });
    assert.deepEqual(treeOutline(roots), ['Today', '  A', '3 hidden', 'Health', '  does not parse']);
  });

  test('tells in Health of each store what is wrong in it and who holds what; of those that are well only where that is asked', () => {
    const problem = { kind: 'salvaged', detail: 'a line was cut', path: '/home/.claude/projects/x/s.jsonl' } as const;
    const store = { path: '/home', sessions: 3, problems: [], held: [] };
    const health = [
      { ...store, name: 'skein', title: 'Skein', held: [{ id: 'a', title: 'A', holder: holder('running') }] },
      { ...store, name: 'claude', title: 'Claude Code', problems: [problem] },
      { ...store, name: 'codex', title: 'Codex' },
    ];
    const sessions = { folder, rows: [sessionRow({ title: 'A' })], hidden: 0, problems: [problem], health };
    const outline = (showHealth: boolean, more = {}) =>
      treeOutline(buildTree([{ ...sessions, ...more }], { groupBy: 'date', now, stopped: false, showHealth })).slice(2);
    assert.deepEqual(outline(false), ['Health', '  Claude Code', '    a line was cut']);
    assert.deepEqual(outline(true), ['Health', '  Skein', '    A held by vscode', '  Claude Code', '    a line was cut', '  Codex']);
    const well = { problems: [], health: health.map((each) => ({ ...each, problems: [] })) };
    assert.deepEqual(outline(false, well), [], 'nothing is wrong');
    assert.deepEqual(outline(true, well), ['Health', '  Skein', '    A held by vscode', '  Claude Code', '  Codex']);
  });

  test('two problems of one kind in one file are two rows, of which VS Code can tell each', () => {
    const problem = { kind: 'damaged', detail: 'a session of it cannot be read whole', path: '/home/.clawdius/sessions.db' } as const;
    const other = { ...problem, detail: 'a session without an id, in row 4' };
    const store = { name: 'clawdius', title: 'Clawdius', path: '/home', sessions: 3, problems: [problem, problem, other], held: [] };
    const roots = buildTree([{ folder, rows: [sessionRow({ title: 'A' })], hidden: 0, problems: [problem, other], health: [store] }], {
      ...{ groupBy: 'date', now, stopped: false },
    });
    const idsOf = (nodes: readonly TreeNode[]): readonly string[] => nodes.flatMap(({ id, children }) => [id, ...idsOf(children)]);
    assert.equal(treeOutline(roots).filter((line) => line.startsWith('    a session')).length, 3);
    assert.equal(new Set(idsOf(roots)).size, idsOf(roots).length);
  });

  test('has a folder for each saved search under what is at the top anyway, forks in a row with the rest', () => {
    const parent = sessionRow({ id: 'a', title: 'A', pinned: true });
    const fork = sessionRow({ id: 'b', title: 'B', parent_id: parent.id });
    const searches = [
      { name: 'Zebras', query: 'zebra', rows: [fork, parent] },
      { name: 'Costly', query: 'cost:>1', rows: [] },
      { name: 'Slow', query: 'slow' },
    ];
    const roots = tree([parent, fork], { searches });
    assert.deepEqual(treeOutline(roots), ['Pinned', '  A', 'Zebras: 2', '  B', '  A', 'Costly: 0', 'Slow: …', 'Today', '  A', '    B']);
    const index = new NodeIndex(roots);
    const found = index.session(folder.path, fork.id);
    assert.ok(found && !found.smart, 'a session is shown under its date');
  });

  test('has saved searches and what is hidden, but no session, when the filter hides everything', () => {
    const searches = [{ name: 'Zebras', query: 'zebra', rows: [] }];
    assert.deepEqual(treeOutline(tree([], { hidden: 4, searches })), ['Zebras: 0', '4 hidden']);
  });

  test('has no saved searches in a folder without sessions, so that the welcome content shows', () => {
    const searches = [{ name: 'Zebras', query: 'zebra', rows: [] }];
    assert.deepEqual(tree([], { searches }), []);
    const archived = [{ name: 'Archived', query: 'is:archived', rows: [sessionRow({ title: 'Old', archived: true })] }];
    assert.deepEqual(treeOutline(tree([], { searches: archived })), ['Archived: 1', '  Old']);
  });

  test('says first that the filter cannot be read', () => {
    const roots = tree([sessionRow({ title: 'A' })], { filterFailure: 'there is no field "x"' });
    assert.deepEqual(treeOutline(roots), ['there is no field "x"', 'Today', '  A']);
  });

  test('is empty when the filter hides everything, so that the welcome content shows', () => {
    assert.deepEqual(tree([], { hidden: 4 }), []);
  });

  test('has a root for each folder when there are several', () => {
    const other = { path: '/projects/other', name: 'other', trusted: true };
    const sessions: FolderSessions[] = [
      { folder, rows: [sessionRow({ title: 'A' })], hidden: 0, problems: [] },
      { folder: other, rows: [], hidden: 0, problems: [], failure: 'no right to read' },
    ];
    assert.deepEqual(treeOutline(buildTree(sessions, { groupBy: 'date', now, stopped: false })), [
      'myapp',
      '  Today',
      '    A',
      'other',
      '  no right to read',
    ]);
  });

  test('says first that the server stopped, and keeps the rows', () => {
    const roots = buildTree([{ folder, rows: [sessionRow({ title: 'A' })], hidden: 0, problems: [] }], {
      groupBy: 'date',
      now,
      stopped: true,
    });
    assert.deepEqual(treeOutline(roots), ['stopped', 'Today', '  A']);
  });

  test('keeps ids from one refresh to the next, whatever was added', () => {
    const idsOf = (nodes: readonly TreeNode[]): string[] => nodes.flatMap((node) => [node.id, ...idsOf(node.children)]);
    const first = [sessionRow({ id: 'a' }), sessionRow({ id: 'b', pinned: true })];
    const earlier = idsOf(tree(first));
    const later = new Set(idsOf(tree([sessionRow({ id: 'c', running: holder('running') }), ...first])));
    assert.deepEqual(
      earlier.filter((id) => !later.has(id)),
      [],
    );
  });

  test('finds a session where it stands under its date, with its parents', () => {
    const roots = tree([sessionRow({ id: 'a', pinned: true }), sessionRow({ id: 'b', parent_id: 'a'.padEnd(32, '0') })]);
    const index = new NodeIndex(roots);
    const fork = index.session(folder.path, 'b'.padEnd(32, '0'));
    assert.ok(fork);
    const parent = index.parent(fork);
    assert.ok(parent?.kind === 'session' && !parent.smart);
    const group = index.parent(parent);
    assert.ok(group?.kind === 'group' && group.group.kind === 'date');
    assert.equal(index.parent(group), undefined);
  });

  test('shows every session exactly once under its date, even when parents go in circles', () => {
    const hex = fc.integer({ min: 0, max: 15 }).map((value) => value.toString(16));
    const rows = fc.uniqueArray(fc.record({ id: hex, parent: fc.option(hex, { nil: undefined }) }), {
      selector: ({ id }) => id,
      maxLength: 16,
    });
    fc.assert(
      fc.property(rows, (drawn) => {
        const made = drawn.map(({ id, parent }) =>
          sessionRow({ id, ...(parent === undefined ? {} : { parent_id: parent.padEnd(32, '0') }) }),
        );
        const { roots, forks } = nest(made);
        const reached: string[] = [];
        const walk = (row: SessionRow): void => {
          reached.push(row.id);
          for (const fork of forks.get(row.id) ?? []) walk(fork);
        };
        for (const root of roots) walk(root);
        assert.deepEqual(reached.sort(), made.map(({ id }) => id).sort());
      }),
    );
  });
});

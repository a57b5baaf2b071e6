import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { changedFiles } from '../../webview-ui/changedFiles.js';
import { feedOf, keepKnown, lastTurn, updateFeed, waitingRequests, type FeedItem, type Turn } from '../../webview-ui/feed.js';
import { segmentLabel, segmentOf, segments } from '../../webview-ui/segments.js';
import { blocks, groupWords, rowWords, shortText } from '../../webview-ui/toolRows.js';
import { answer, asking, finished, loginPrompt, moment, prompt, streaming, tool, toolCall } from '../support/panelSamples.js';

const after = (list: readonly TurnUpdate[], feed: readonly FeedItem[] = [], at = Date.parse(moment(20))): readonly FeedItem[] =>
  list.reduce((items, update) => updateFeed(items, update, at), feed);
const turnOf = (feed: readonly FeedItem[]): Turn => {
  const turn = lastTurn(feed);
  assert.ok(turn);
  return turn;
};
const started: TurnUpdate = { kind: 'started', entry: loginPrompt, backend: 'claude' };
const types = (turn: Turn): string[] => turn.parts.map((part) => part.type);

describe('a transcript as turns', () => {
  test('a turn is a prompt and what follows it; lines about the session are not shown', () => {
    const info = { type: 'info', id: 'i', timestamp: moment(1), title: 'x' } as Entry;
    const feed = feedOf([info, prompt('a', 'one'), answer('b', 'two'), info, prompt('c', 'three')]);
    assert.deepEqual(
      feed.map((item) => item.kind === 'turn' && [item.id, item.number, types(item)]),
      [
        ['a', 1, ['answer']],
        ['c', 2, []],
      ],
    );
  });

  test('marks stand between turns, and what comes before the first prompt has a turn of its own', () => {
    const reset: Entry = { type: 'reset', id: 'r', timestamp: moment(3) };
    const feed = feedOf([answer('a', 'hello'), prompt('b', 'one'), reset, answer('c', 'late')]);
    assert.deepEqual(
      feed.map((item) => [item.kind, item.id]),
      [
        ['turn', 'before-a'],
        ['turn', 'b'],
        ['mark', 'r'],
        ['turn', 'before-c'],
      ],
    );
  });

  test('usage of all messages of a turn is its usage; what nobody knows stays unknown', () => {
    const used = (id: string, total: number, cost_usd: number | null): Entry =>
      answer(id, id, 10, { usage: { input: 0, output: 0, cached: 0, reasoning: 0, total, cost_usd } });
    assert.deepEqual(turnOf(feedOf([prompt('p', 'x'), used('a', 10, 0.5), used('b', 5, null)])).usage, { tokens: 15, cost: 0.5 });
    assert.deepEqual(turnOf(feedOf([prompt('p', 'x'), used('a', 10, null)])).usage, { tokens: 10, cost: null });
  });

  test('a later plan is the same plan, further on', () => {
    const plan = (id: string, status: 'todo' | 'done'): Entry => ({
      type: 'plan',
      id,
      timestamp: moment(4),
      steps: [{ text: 'x', status }],
    });
    const turn = turnOf(feedOf([prompt('p', 'x'), plan('1', 'todo'), answer('a', 'y'), plan('2', 'done')]));
    assert.deepEqual(types(turn), ['plan', 'answer']);
    assert.equal(turn.parts[0]?.type === 'plan' && turn.parts[0].steps[0]?.status, 'done');
  });
});

describe('a running turn', () => {
  test('deltas add up, and the entry that follows takes their place', () => {
    const live = after([started, { kind: 'text', id: 'x', delta: 'Hel' }, { kind: 'text', id: 'x', delta: 'lo' }]);
    assert.deepEqual(turnOf(live).parts, [{ type: 'answer', id: 'x', text: 'Hello', live: true }]);
    const done = after([{ kind: 'entry', entry: answer('x', 'Hello.') }], live);
    assert.deepEqual(turnOf(done).parts, [{ type: 'answer', id: 'x', text: 'Hello.', live: false }]);
  });

  test('what is seen keeps its place, whatever becomes an entry first', () => {
    const call = toolCall('c', { kind: 'execute', status: 'running' });
    const feed = after([
      started,
      { kind: 'text', id: 'x', delta: 'first' },
      { kind: 'tool', call },
      { kind: 'text', id: 'y', delta: 'last' },
      { kind: 'entry', entry: answer('y', 'last') },
      { kind: 'entry', entry: tool('c', { kind: 'execute' }) },
      { kind: 'entry', entry: answer('x', 'first') },
    ]);
    assert.deepEqual(
      turnOf(feed).parts.map((part) => part.id),
      ['x', 'c', 'y'],
    );
  });

  test('a delta after its entry changes nothing', () => {
    const feed = after([started, { kind: 'entry', entry: answer('x', 'whole') }, { kind: 'text', id: 'x', delta: 'again' }]);
    assert.deepEqual(turnOf(feed).parts, [{ type: 'answer', id: 'x', text: 'whole', live: false }]);
  });

  test('how long a command took is measured where the transcript does not tell', () => {
    const call = toolCall('c', { kind: 'execute', status: 'running' });
    const feed = after([started, { kind: 'tool', call }], [], 1000);
    const done = updateFeed(feed, { kind: 'entry', entry: tool('c', { kind: 'execute' }) }, 5000);
    const [part] = turnOf(done).parts;
    assert.equal(part?.type === 'tool' && part.durationMs, 4000);
  });

  test('requests wait until they are answered, and expire with the turn', () => {
    const feed = after(asking);
    assert.deepEqual(
      waitingRequests(feed).map(({ id }) => id),
      ['ask-1', 'ask-2'],
    );
    const answered = after([{ kind: 'permission_done', id: 'ask-1', outcome: 'once' }], feed);
    assert.deepEqual(
      waitingRequests(answered).map(({ id }) => id),
      ['ask-2'],
    );
    const ended = turnOf(after([{ kind: 'ended', stop_reason: 'cancelled' }], answered));
    assert.deepEqual(
      ended.parts.flatMap((part) => (part.type === 'request' ? [part.outcome] : [])),
      ['once', 'expired'],
    );
  });

  test('what the agent never finished ends with the turn', () => {
    const turn = turnOf(after([...streaming, { kind: 'ended', stop_reason: 'error', error: { code: 'agent_failed', message: 'gone' } }]));
    assert.equal(turn.running, false);
    assert.ok(turn.parts.every((part) => !('live' in part) || !part.live));
    assert.equal(turn.parts.findLast((part) => part.type === 'tool')?.call.status, 'cancelled');
    assert.deepEqual(turn.end, { reason: 'error', message: 'gone', hint: undefined, code: 'agent_failed' });
  });

  test('other turns stay the same objects', () => {
    const before = feedOf(finished);
    const next = after(
      [
        { kind: 'started', entry: prompt('new', 'go on'), backend: 'claude' },
        { kind: 'text', id: 'z', delta: 'x' },
      ],
      before,
    );
    assert.equal(next[0], before[0]);
    assert.equal(next.length, 2);
  });

  test('an update of an unknown kind changes nothing', () => {
    const feed = feedOf(finished);
    assert.equal(updateFeed(feed, { kind: 'from_the_future' } as unknown as TurnUpdate, 0), feed);
  });

  test('a snapshot keeps what only the running turn knew', () => {
    const live = after([...asking, { kind: 'permission_done', id: 'ask-1', outcome: 'once' }, { kind: 'ended', stop_reason: 'end_turn' }]);
    const entries = asking.flatMap((update) => (update.kind === 'started' || update.kind === 'entry' ? [update.entry] : []));
    assert.equal(keepKnown(feedOf(entries), live)[0], live[0]);
    assert.notEqual(keepKnown(feedOf([...entries, answer('more', 'x')]), live)[0], live[0]);
  });
});

describe('what a turn shows', () => {
  test('neighbouring reads and searches are one row; other rows stand beside them', () => {
    const made = blocks(turnOf(feedOf(finished)));
    const rows = made.flatMap((block) => (block.kind === 'rows' ? block.rows.map((row) => row.kind) : ['-']));
    assert.deepEqual(rows, ['thinking', 'group', '-', 'call', 'call', 'call', '-', '-']);
    const group = made.flatMap((block) => (block.kind === 'rows' ? block.rows : [])).find((row) => row.kind === 'group');
    assert.equal(group && groupWords(group.parts), 'Read 4 files, searched 2 times');
  });

  test('a read that failed stands alone', () => {
    const turn = turnOf(
      feedOf([prompt('p', 'x'), tool('a', { kind: 'read' }), tool('b', { kind: 'read', status: 'failed' }), tool('c', { kind: 'read' })]),
    );
    assert.deepEqual(
      blocks(turn).flatMap((block) => (block.kind === 'rows' ? block.rows.map((row) => row.kind) : [])),
      ['call', 'call', 'call'],
    );
  });

  test('what waits for leave has no row: nothing is being done yet', () => {
    const call = toolCall('held', { kind: 'edit', status: 'pending' });
    const request = { id: 'ask-held', title: 'Write a', options: [{ id: 'once', label: 'Allow once', kind: 'allow_once' as const }], call };
    const rowsOf = (feed: readonly FeedItem[]): string[] => blocks(turnOf(feed)).map((block) => block.kind);
    const waiting = after([started, { kind: 'tool', call }, { kind: 'permission', request }]);
    assert.deepEqual(rowsOf(waiting), ['part']);
    assert.deepEqual(rowsOf(after([{ kind: 'permission_done', id: 'ask-held', outcome: 'once' }], waiting)), ['rows', 'part']);
  });

  test('rows say what was done to what, and what went wrong', () => {
    const words = (fields: Parameters<typeof toolCall>[1]): string => {
      const { verb, what, trouble } = rowWords(toolCall('id', fields), '/projects/myapp');
      return [verb, what, trouble].filter(Boolean).join(' | ');
    };
    assert.equal(words({ kind: 'edit', diff: [{ path: '/projects/myapp/src/a.ts', new_text: 'x' }] }), 'Edited | src/a.ts');
    assert.equal(words({ kind: 'read', locations: [{ path: '/etc/hosts' }], status: 'running' }), 'Reading | /etc/hosts');
    assert.equal(words({ kind: 'search', locations: [{ path: '/projects/myapp' }] }), 'Searched | myapp');
    assert.equal(words({ kind: 'execute', input: { command: 'npm ci' }, status: 'failed', exit_code: 1 }), 'Ran | npm ci | failed, exit 1');
    assert.equal(words({ kind: 'execute', title: 'Build it', status: 'denied' }), 'Build it | denied');
    assert.equal(words({ kind: 'execute', title: 'ls /projects/myapp/src' }), 'ls /projects/myapp/src');
    assert.equal(words({ kind: 'other', title: 'Ask /projects/myapp/oracle' }), 'Ask oracle');
    assert.equal(words({ kind: 'delete', locations: [{ path: 'a' }, { path: 'b' }] }), 'Deleted | 2 files');
  });

  test('a row has the whole path to look up where it shows a short one', () => {
    const whole = (fields: Parameters<typeof toolCall>[1]) => rowWords(toolCall('id', fields), '/projects/myapp').whole;
    assert.equal(whole({ kind: 'read', locations: [{ path: '/projects/myapp/src/a.ts' }] }), '/projects/myapp/src/a.ts');
    assert.equal(whole({ kind: 'search', locations: [{ path: '/projects/myapp' }] }), '/projects/myapp');
    assert.equal(whole({ kind: 'read', locations: [{ path: '/etc/hosts' }] }), undefined);
    assert.equal(whole({ kind: 'execute', input: { command: 'ls /projects/myapp/src' } }), undefined);
    assert.equal(whole({ kind: 'other', title: 'Look at /projects/myapp/src' }), 'Look at /projects/myapp/src');
  });

  test('paths in a text of the agent begin at the session’s folder, and that is called by its name', () => {
    const texts: readonly (readonly [text: string, short: string])[] = [
      ['Write /projects/myapp/web/expiry.md', 'Write web/expiry.md'],
      ['Move `/projects/myapp/a.ts` to "/projects/myapp/(group)/b.ts"', 'Move `a.ts` to "(group)/b.ts"'],
      ['List files in /projects/myapp, twice', 'List files in myapp, twice'],
      ['cd /projects/myapp/ && ls', 'cd myapp && ls'],
      [
        'cat /projects/myapp-old/a /projects/myapp2 /mnt/projects/myapp/a',
        'cat /projects/myapp-old/a /projects/myapp2 /mnt/projects/myapp/a',
      ],
      ['nothing', 'nothing'],
    ];
    for (const [text, short] of texts) assert.equal(shortText(text, '/projects/myapp'), short);
    assert.equal(shortText('Read C:\\work\\my.app\\src\\a.ts', 'C:\\work\\my.app'), 'Read src\\a.ts');
    assert.equal(shortText('Read C:\\work\\myXapp\\a.ts', 'C:\\work\\my.app'), 'Read C:\\work\\myXapp\\a.ts');
    assert.equal(shortText('Read /etc/hosts', '/'), 'Read /etc/hosts');
    assert.equal(shortText('Read /etc/hosts', ''), 'Read /etc/hosts');
  });

  test('files that successful edits changed are counted once each', () => {
    const twice: Entry[] = [
      prompt('p', 'x'),
      tool('1', { kind: 'edit', diff: [{ path: 'a', old_text: 'x\n', new_text: 'y\n' }] }),
      tool('2', { kind: 'edit', diff: [{ path: 'a', old_text: 'y\n', new_text: 'y\nz\n' }] }),
      tool('3', { kind: 'edit', status: 'failed', diff: [{ path: 'b', new_text: '' }] }),
    ];
    assert.deepEqual(changedFiles(turnOf(feedOf(twice))), [{ path: 'a', added: 2, removed: 1, entry: 'entry-2', index: 0 }]);
  });

  test('a turn of a thousand steps is cut into pieces, and every entry is found in one', () => {
    const entries: Entry[] = [prompt('p', 'x')];
    for (let n = 0; n < 1000; n++) entries.push(tool(`t${n}`, { kind: 'execute', title: `step ${n}` }), answer(`a${n}`, `answer ${n}`));
    const list = segments(feedOf(entries));
    assert.ok(list.length > 50);
    assert.ok(list.every((segment) => segment.kind === 'turn' && segment.blocks.length <= 24));
    assert.equal(segmentOf(list, 'p'), 0);
    assert.equal(segmentOf(list, 'a999'), list.length - 1);
    assert.ok(segmentOf(list, 'entry-t500') > 0);
    assert.equal(segmentOf(list, 'nowhere'), -1);
  });

  test('each piece has a name for who does not see it', () => {
    const base = { id: 'm', timestamp: moment(1) };
    const entries: Entry[] = [
      ...[answer('a', 'early'), prompt('p', 'do it'), answer('b', 'done')],
      { ...base, type: 'lease', epoch: 2, reason: 'taken_over' },
      { ...base, id: 'c', type: 'compact', summary: 'short' },
      { ...base, id: 'r', type: 'reset' },
      { ...base, id: 'k', type: 'checkpoint' },
    ];
    assert.deepEqual(segments(feedOf(entries)).map(segmentLabel), [
      ...['Before the first prompt', 'Prompt 1: do it', 'Taken over', 'Compacted', 'Reset', 'Checkpoint'],
    ]);
  });

  test('pieces of a turn that did not change are the same objects', () => {
    const feed = feedOf(finished);
    assert.equal(segments(feed)[0], segments([...feed])[0]);
  });
});

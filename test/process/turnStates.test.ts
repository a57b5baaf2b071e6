import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.js';
import { demoAgentsOf } from '../support/processList.js';
import { startStdioServer, type StdioServer } from '../support/stdioServer.js';
import { until } from '../support/until.js';

const patience = 120_000;
const rounds = 8;

interface Place {
  readonly folder: string;
  /** A session that has said hello. */
  readonly id: string;
  readonly windows: readonly [StdioServer, StdioServer];
}

/** Two windows on one session of the demo agent. */
async function withWindows(run: (place: Place) => Promise<void>): Promise<void> {
  await withCli(async (skein) => {
    const { folder, home } = skein;
    const id = await skein.start('hello', '--backend', 'demo');
    const windows = [await startStdioServer(home, [folder]), await startStdioServer(home, [folder])] as const;
    try {
      await run({ folder, id, windows });
    } finally {
      for (const window of windows) await window.stop();
    }
  });
}

const start = (window: StdioServer, { folder, id }: Place, text: string) =>
  window.request('turn/start', { folder, id, content: [{ type: 'text', text }] });

/** Who runs the session as its snapshot tells it: the answer must not contradict itself. */
async function runnerNow(window: StdioServer, { folder, id }: Place): Promise<'here' | number | undefined> {
  const { running, holder, row } = await window.request('sessions/get', { folder, id });
  const state = JSON.stringify({ running, holder, row: row.running });
  assert.notEqual(holder?.pid, window.pid, `a window is no other process: ${state}`);
  assert.equal(row.running?.pid, running ? window.pid : holder?.pid, `one answer says one thing: ${state}`);
  return running ? 'here' : holder?.pid;
}

async function listed(window: StdioServer, { folder, id }: Place): Promise<number | undefined> {
  const { rows } = await window.request('sessions/list', { folder });
  return rows.find((row) => row.id === id)?.running?.pid;
}

/** Whether a session runs, by each of the ways to ask. */
const looks: readonly ((window: StdioServer, place: Place) => Promise<boolean>)[] = [
  async (window, place) => (await runnerNow(window, place)) !== undefined,
  async (window, place) => (await listed(window, place)) !== undefined,
  async (window, { folder, id }) => (await window.request('sessions/status', { folder, id })).state !== 'idle',
];

/** Asks again and again, as fast as is answered, until one answer says that nothing runs. */
async function free(window: StdioServer, place: Place, isBusy: (window: StdioServer, place: Place) => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (await isBusy(window, place)) assert.ok(performance.now() < end, 'the turn ends');
}

/** The turns that began and ended in a window, those that it ran and those that it followed: `started here`, `ended`. */
const told = (window: StdioServer, { id }: Place): string[] =>
  window.updates.flatMap(({ id: of, update }) => {
    if (of !== id) return [];
    if (update.kind === 'started') return [update.holder ? 'started elsewhere' : 'started here'];
    return update.kind === 'ended' ? ['ended'] : [];
  });

const streamed = (window: StdioServer, { id }: Place): string =>
  window.updates.map(({ id: of, update }) => (of === id && update.kind === 'text' ? update.delta : '')).join('');

/** The ways in which a turn ends. */
const turns: readonly ((window: StdioServer, place: Place) => Promise<void>)[] = [
  async (window, place) => {
    await start(window, place, 'hello again');
  },
  async (window, place) => {
    await start(window, place, '/slow 60');
    await window.request('turn/cancel', { folder: place.folder, id: place.id });
  },
  async (window, place) => {
    const before = streamed(window, place).length;
    await start(window, place, '/slow 60');
    await until('it streams', () => streamed(window, place).length > before, patience);
    for (const agent of await demoAgentsOf(window.pid)) process.kill(agent, 'SIGKILL');
  },
];

describe('whether a session runs', () => {
  test('is told alike by all that a window asks, and a session that does not run takes the next prompt', () =>
    withWindows(async (place) => {
      const [window] = place.windows;
      const expected: string[] = [];
      for (let round = 0; round < rounds; round++) {
        for (const isBusy of looks) {
          // Most turns end by themselves: that is where it went wrong.
          await turns[round % 4 === 3 ? 1 + (round % 8 === 3 ? 0 : 1) : 0]?.(window, place);
          expected.push('started here', 'ended');
          await free(window, place, isBusy);
        }
      }
      await until('the last end', () => told(window, place).length >= expected.length, patience);
      assert.deepEqual(told(window, place), expected, 'each turn begins and ends once');
      assert.deepEqual(window.leases, [], 'no window follows its own turns');
    }));

  test('is told alike by two windows that take turns in it', () =>
    withWindows(async (place) => {
      for (let round = 0; round < rounds; round++) {
        const [window, other] = round % 2 === 0 ? place.windows : place.windows.toReversed();
        assert.ok(window && other);
        const from = streamed(window, place).length;
        // The last turn was the other's, which this window follows perhaps to this moment.
        await start(window, place, '/slow 60');
        assert.equal(await runnerNow(window, place), 'here');
        assert.equal(await runnerNow(other, place), window.pid);
        assert.equal(await listed(other, place), window.pid);
        await until('it streams on', () => streamed(window, place).slice(from).includes('word 3'), patience);
        assert.equal(told(window, place).at(-1), 'started here', 'the end of the other turn was told before');
        assert.equal(await runnerNow(window, place), 'here');
        await window.request('turn/cancel', { folder: place.folder, id: place.id });
        await free(other, place, looks[round % looks.length]!);
      }
    }));
});

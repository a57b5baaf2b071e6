import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { initialState, reduce, type PanelState } from '../../webview-ui/panelState.js';
import { withCli, type CliPlace } from '../support/cli.js';
import { show } from '../support/panelSamples.js';
import { demoAgentsOf, isAlive } from '../support/processList.js';
import { startSkein, type SkeinProcess } from '../support/skeinProcess.js';
import { startStdioServer, type StdioServer } from '../support/stdioServer.js';
import { until } from '../support/until.js';

const patience = 120_000;

interface Place {
  readonly skein: CliPlace;
  readonly folder: string;
  /** A session that has said hello. */
  readonly id: string;
  readonly windows: readonly [StdioServer, StdioServer];
  entries(): Promise<Entry[]>;
  aside(): Promise<Entry[]>;
}

/** Two windows and as many terminals as one likes, on one session of the demo agent. */
async function withSession(run: (place: Place) => Promise<void>): Promise<void> {
  await withCli(async (skein) => {
    const { folder, home } = skein;
    const id = await skein.start('hello', '--backend', 'demo');
    const windows = [await startStdioServer(home, [folder]), await startStdioServer(home, [folder])] as const;
    const history = async (...options: string[]) => (await skein.run(['sessions', 'history', id, '--json', ...options])).json() as Entry[];
    try {
      await run({ skein, folder, id, windows, entries: () => history(), aside: () => history('--set-aside') });
    } finally {
      for (const window of windows) await window.stop();
    }
  });
}

const terminal = ({ skein, id }: Place, prompt: string, ...options: string[]): SkeinProcess =>
  startSkein(skein, ['--session', id, ...options, prompt]);

const streams = (turn: SkeinProcess, text = 'word 3.'): Promise<unknown> =>
  until(`${text} of the terminal`, () => turn.printed.stdout.includes(text), patience);

const prompt = (text: string) => [{ type: 'text' as const, text }];

/** What a window was told of the session after so many updates. */
const told = (window: StdioServer, { id }: Place, from = 0) =>
  window.updates.slice(from).flatMap((one) => (one.id === id ? [one.update] : []));

async function followed(window: StdioServer, { folder, id }: Place, pid: number): Promise<PanelState> {
  const session = await until(
    `the window follows process ${String(pid)}`,
    async () => {
      const shown = await window.request('sessions/get', { folder, id });
      return shown.holder?.pid === pid && shown;
    },
    patience,
  );
  assert.equal(session.running, false);
  return reduce(initialState, show(session), 0);
}

/** In short, what is said, in order: who, how it begins, and how the turn ended. */
const said = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) => {
    if (entry.type === 'lease') return [`-- ${entry.reason ?? ''}`];
    if (entry.type !== 'message') return [];
    const end = entry.stop_reason === undefined ? '' : ` [${entry.stop_reason}]`;
    return [`${entry.message.role}: ${textOf(entry.message.content).slice(0, 12)}${end}`];
  });

const hello = ['user: hello', 'assistant: Hello. _This [end_turn]'];
const words = (entry: Entry | undefined): string => (entry?.type === 'message' ? textOf(entry.message.content) : '');

/** Stops a process while it holds no lock: with the lock nobody would be let in, which is another test's. */
async function pause({ skein, id }: Place, process_: Pick<SkeinProcess, 'kill'>): Promise<void> {
  const lock = path.join(skein.folder, '.skein', 'sessions', `${id}.lock`);
  await until('a stop outside of the lock', async () => {
    process_.kill('SIGSTOP');
    await delay(20);
    if (!existsSync(lock)) return true;
    process_.kill('SIGCONT');
    return false;
  });
}

/** What holds of a transcript whatever happened: every line whole, ids once, epochs that never fall, no turn within another. */
function assertLinear({ skein, id }: Place, entries: readonly Entry[]): void {
  const file = path.join(skein.folder, '.skein', 'sessions', `${id}.jsonl`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown, line);
  assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length, 'no entry twice');
  const epochs = entries.flatMap(({ epoch }) => epoch ?? []);
  assert.deepEqual(
    epochs,
    epochs.toSorted((a, b) => a - b),
    'no entry behind the lease line of a later holder',
  );
  const leases = entries.flatMap((entry) => (entry.type === 'lease' ? [entry.epoch] : []));
  assert.deepEqual(
    leases,
    leases.map((_, index) => index + 1),
    'each take-over raises the epoch by one',
  );
  let open = false;
  for (const entry of entries) {
    if (entry.type !== 'message') continue;
    assert.equal(entry.message.role === 'user', !open, `${entry.id} is where it belongs`);
    open = entry.message.role === 'user' || (open && entry.stop_reason === undefined);
  }
  assert.equal(open, false, 'each turn has its end');
}

describe('a session that runs elsewhere', () => {
  test('is followed live, in a window and in a terminal, which see what the transcript tells in the end', () =>
    withSession(async (place) => {
      const { id, folder, windows, entries } = place;
      const turn = terminal(place, '/slow 6\nWhat is 6 * 7?');
      await streams(turn);
      const [window] = windows;
      let panel = await followed(window, place, turn.pid);
      const row = panel.session?.row;
      assert.equal(row?.running?.program, 'skein');
      assert.equal(row.running?.surface, 'cli');
      const follow = startSkein(place.skein, ['sessions', 'follow', id]);
      const left = startSkein(place.skein, ['sessions', 'follow', id]);
      await streams(left, 'word');
      left.kill('SIGINT');
      assert.equal((await left.ended).code, 130, 'one that leaves leaves the turn alone');
      await assert.rejects(window.request('turn/start', { folder, id, content: prompt('me too') }), /is running in skein \(pid \d+/);
      const { code, stderr } = await turn.ended;
      assert.equal(code, 0, stderr);
      const seen = await follow.ended;
      assert.equal(seen.code, 0, seen.stderr);
      assert.match(seen.stderr, new RegExp(`following skein \\(pid ${String(turn.pid)} on `));
      await until('the window sees the end', () => told(window, place).some(({ kind }) => kind === 'ended'), patience);
      for (const { seq, update } of window.updates) panel = reduce(panel, { kind: 'update', id, seq, update }, 0);
      const after = await entries();
      assert.deepEqual(said(after), [...hello, 'user: /slow 6\nWhat', 'assistant: Still here,  [end_turn]']);
      const last = panel.session?.feed.at(-1);
      const answers = last?.kind === 'turn' ? last.parts.flatMap((part) => (part.type === 'answer' ? [part.text] : [])) : [];
      assert.deepEqual(answers, [words(after.findLast(({ type }) => type === 'message'))]);
      assert.equal(panel.session?.row.running, undefined);
      assert.equal(seen.stdout.trim(), answers.join('\n').trim());
      const deltas = told(window, place).filter(({ kind }) => kind === 'text');
      assert.ok(deltas.length > 3, `it came piece by piece: ${String(deltas.length)}`);
      assert.deepEqual(
        window.leases.map(({ holder }) => holder?.pid),
        [turn.pid, undefined],
      );
      assertLinear(place, after);
    }));

  test('is refused with 6, the holder’s name and what can be done', () =>
    withSession(async (place) => {
      const turn = terminal(place, '/slow 60');
      await streams(turn);
      const refused = await place.skein.run(['--session', place.id, 'me too']);
      assert.equal(refused.code, 6, refused.stderr);
      assert.match(
        refused.stderr,
        new RegExp(`^error: .*running in skein \\(pid ${String(turn.pid)} on .*\\nhint: .*sessions follow .*--take-over`, 'm'),
      );
      turn.kill('SIGINT');
      assert.equal((await turn.ended).code, 130);
    }));
});

describe('a take-over', () => {
  test('in the middle of a turn ends that one and its agent, keeps what streamed, and is told to all', () =>
    withSession(async (place) => {
      const { id, folder, windows, entries, aside } = place;
      const [first, second] = windows;
      await first.request('turn/start', { folder, id, content: prompt('/slow 60') });
      await followed(second, place, first.pid);
      await until('the other window sees it stream', () => told(second, place).some(({ kind }) => kind === 'text'), patience);
      const agents = await demoAgentsOf(first.pid);
      assert.equal(agents.length, 1);
      const taken = await terminal(place, 'What is 6 * 7?', '--take-over').ended;
      assert.equal(taken.code, 0, taken.stderr);
      assert.match(taken.stdout, /42/);
      const end = await until('the first window knows', () => told(first, place).find((update) => update.kind === 'ended'), patience);
      assert.equal(end.stop_reason, 'interrupted');
      assert.equal(end.error?.code, 'fenced');
      assert.match(end.error.message, /taken over by skein \(pid \d+ on /);
      await until('its agent has ended', () => !agents.some(isAlive), patience);
      await until(
        'the second window saw both ends',
        () => told(second, place).filter(({ kind }) => kind === 'ended').length === 2,
        patience,
      );
      const after = await entries();
      assert.deepEqual(said(after), [
        ...hello,
        'user: /slow 60',
        'assistant: Still here,  [interrupted]',
        '-- taken_over',
        'user: What is 6 * ',
        'assistant: `6 * 7` is * [end_turn]',
      ]);
      assertLinear(place, after);
      // What the first said after that is kept beside it, and begins with what was kept of it.
      const late = (await aside()).filter(({ type }) => type === 'message');
      assert.equal(late.length, 1);
      const kept = after.find((entry) => entry.type === 'message' && entry.stop_reason === 'interrupted');
      assert.ok(words(late[0]).startsWith(words(kept)) && words(kept).includes('word 1'), words(late[0]));
      const { row } = await first.request('sessions/get', { folder, id });
      assert.deepEqual([row.status, row.running, row.error_message], ['active', undefined, undefined]);
    }));

  test('by a window leaves the session free, and the terminal that had it is told', () =>
    withSession(async (place) => {
      const { id, folder, windows, entries } = place;
      const turn = terminal(place, '/slow 60');
      await streams(turn);
      await followed(windows[0], place, turn.pid);
      const row = await windows[0].request('lease/take', { folder, id });
      assert.equal(row.running, undefined);
      const { code, stderr } = await turn.ended;
      assert.equal(code, 6, stderr);
      assert.match(stderr, /^error: .*taken over by vscode \(pid \d+ on .*\nhint: .*kept/m);
      await windows[0].request('turn/start', { folder, id, content: prompt('What is 6 * 7?') });
      await until(
        'its own turn',
        async () =>
          said(await entries())
            .at(-1)
            ?.endsWith('[end_turn]') === true,
        patience,
      );
      assertLinear(place, await entries());
    }));

  test('of a holder that was killed needs no word: what streamed is kept, and the next turn begins', () =>
    withSession(async (place) => {
      const { windows, entries, aside, folder, id } = place;
      const turn = terminal(place, '/slow 60');
      await streams(turn, 'word 12.');
      await followed(windows[0], place, turn.pid);
      turn.kill('SIGKILL');
      const end = await until(
        'the window sees its death',
        () => told(windows[0], place).find((update) => update.kind === 'ended'),
        patience,
      );
      assert.equal(end.stop_reason, 'interrupted');
      await windows[1].request('turn/start', { folder, id, content: prompt('What is 6 * 7?') });
      await until(
        'the next turn',
        async () =>
          said(await entries())
            .at(-1)
            ?.endsWith('[end_turn]') === true,
        patience,
      );
      const after = await entries();
      assert.deepEqual(said(after).slice(2), [
        'user: /slow 60',
        'assistant: Still here,  [interrupted]',
        '-- died',
        'user: What is 6 * ',
        'assistant: `6 * 7` is * [end_turn]',
      ]);
      assert.match(words(after.find((entry) => entry.type === 'message' && entry.stop_reason === 'interrupted')), /word 5/);
      assert.deepEqual(await aside(), []);
      assertLinear(place, after);
    }));

  test('of a paused holder: it is busy until it is taken over, and finds itself fenced when it wakes', () =>
    withSession(async (place) => {
      const { skein, id, entries, aside } = place;
      const turn = terminal(place, '/slow 60');
      await streams(turn, 'word 12.');
      const agents = await demoAgentsOf(turn.pid);
      await pause(place, turn);
      assert.equal((await skein.run(['--session', id, 'me too'])).code, 6, 'stopped is not dead');
      const taken = await terminal(place, 'What is 6 * 7?', '--take-over').ended;
      assert.equal(taken.code, 0, taken.stderr);
      const before = await entries();
      turn.kill('SIGCONT');
      const { code, stderr } = await turn.ended;
      assert.equal(code, 6, stderr);
      assert.match(stderr, /^error: .*taken over by skein \(pid \d+ on /m);
      await until('its agent has ended', () => !agents.some(isAlive), patience);
      assert.deepEqual(await entries(), before, 'nothing that it still wrote is in the history');
      assert.equal((await aside()).filter(({ type }) => type === 'message').length, 1);
      assert.deepEqual(said(before).slice(2), [
        'user: /slow 60',
        'assistant: Still here,  [interrupted]',
        '-- taken_over',
        'user: What is 6 * ',
        'assistant: `6 * 7` is * [end_turn]',
      ]);
      assertLinear(place, before);
      assert.match((await skein.run(['doctor'])).stdout, /1 entry of a program that had lost the session/);
    }));

  test('follows upon take-over, by two windows and three terminals in turn, and nothing is lost, twice or out of order', () =>
    withSession(async (place) => {
      const { id, folder, windows, entries, aside } = place;
      const rounds = 12;
      const asked: string[] = [];
      const turns: SkeinProcess[] = [];
      for (let round = 1; round <= rounds; round++) {
        const text = `/slow ${round === rounds ? '1' : '60'}\nround ${String(round)} of ${String(rounds)}`;
        const window = windows[round % 5];
        asked.push(text);
        if (window) {
          const from = window.updates.length;
          if (round > 1) await window.request('lease/take', { folder, id });
          await window.request('turn/start', { folder, id, content: prompt(text) });
          await until('the window runs it', () => told(window, place, from).some(({ kind }) => kind === 'text'), patience);
        } else {
          const turn = terminal(place, text, '--take-over');
          turns.push(turn);
          await streams(turn, 'word 1.');
        }
        // Before, between and after what is written down twice a second.
        await delay(Math.random() * 700);
      }
      const ends = await Promise.all(turns.map(({ ended }) => ended));
      assert.deepEqual(
        ends.map(({ code }) => code).toSorted(),
        [...ends.slice(1).map(() => 6), 0].toSorted(),
        ends.map(({ stderr }) => stderr).join('\n'),
      );
      for (const window of windows) {
        await until('no turn in this window', () => ['ended'].includes(told(window, place).at(-1)?.kind ?? ''), patience);
      }
      const after = await entries();
      assertLinear(place, after);
      const prompts = after.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? [words(entry)] : []));
      assert.deepEqual(prompts, ['hello', ...asked]);
      assert.equal(after.filter(({ type }) => type === 'lease').length, rounds - 1);
      // What a window said was an entry is one, or set aside: never gone.
      const kept = new Set([...after, ...(await aside())].map((entry) => entry.id));
      for (const update of windows.flatMap((window) => told(window, place))) {
        if (update.kind === 'entry' || update.kind === 'started') assert.ok(kept.has(update.entry.id), JSON.stringify(update.entry));
      }
      const ended = after.flatMap((entry) => (entry.type === 'message' && entry.stop_reason !== undefined ? [entry] : []));
      assert.deepEqual(
        ended.map(({ stop_reason }) => stop_reason),
        ['end_turn', ...asked.slice(1).map(() => 'interrupted'), 'end_turn'],
      );
      assert.match(words(ended.at(-1)), /That was the slow part/);
    }));
});

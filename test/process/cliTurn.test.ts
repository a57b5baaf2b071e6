import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import type { SessionRow } from '../../src/model/row.js';
import { withCli, type CliPlace } from '../support/cli.js';
import { demoFromSource } from '../support/demoFromSource.js';

const rows = async (skein: CliPlace) => (await skein.run(['sessions', 'list', '--json'])).json() as SessionRow[];
const entries = async (skein: CliPlace, id: string) => (await skein.run(['sessions', 'history', id, '--json'])).json() as Entry[];

/** Sends Ctrl+C's signal once, when the answer has begun. */
function interruptOnce(signal: NodeJS.Signals = 'SIGINT') {
  let sent = false;
  return ({ stdout }: { readonly stdout: string }, kill: (signal: NodeJS.Signals) => void): void => {
    if (sent || stdout.length < 5) return;
    sent = true;
    kill(signal);
  };
}

describe('a turn', () => {
  test('has thinking, tools and plan on stderr', () =>
    withCli(async (skein) => {
      const { code, stdout, stderr } = await skein.run(['/think about doors\n/plan\n/tool\nwhat is 12*12?']);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /doors/);
      assert.match(stderr, /^\[(todo|doing|done)\]/m);
      assert.match(stderr, /^✓ /m);
      assert.doesNotMatch(stdout, /^(\[|✓)/m);
      assert.match(stdout, /144/);
    }));

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`is cancelled by ${signal} with exit 130, and what streamed is kept`, () =>
      withCli(async (skein) => {
        const { code, stdout, stderr } = await skein.run(['/slow 60'], { watch: interruptOnce(signal) });
        assert.equal(code, 130, stderr);
        assert.match(stderr, /error: interrupted/);
        const [row] = await rows(skein);
        assert.equal(row?.running, undefined);
        const answer = (await entries(skein, row!.id)).findLast((entry) => entry.type === 'message');
        assert.ok(answer?.type === 'message' && answer.message.role === 'assistant');
        assert.equal(answer.stop_reason, 'cancelled');
        const [block] = answer.message.content;
        assert.ok(block?.type === 'text' && stdout.trimEnd().startsWith(block.text.trim().slice(0, 5)));
      }));
  }

  test('that fails gives 1 with the reason, and the next good one mends the session', () =>
    withCli(async (skein) => {
      const { code, stderr } = await skein.run(['/fail out of paper']);
      assert.equal(code, 1);
      assert.match(stderr, /^error: .*\nhint: out of paper$/m);
      const [row] = await rows(skein);
      assert.equal(row?.status, 'error');
      assert.equal((await skein.run(['-c', 'hello'])).code, 0);
      assert.equal((await rows(skein))[0]?.status, 'active');
    }));

  test('whose agent dies in the middle says how', () =>
    withCli(async (skein) => {
      const { code, stderr } = await skein.run(['/exit 7']);
      assert.equal(code, 1);
      assert.match(stderr, /^error: /m);
    }));

  test('without a terminal has permission refused, said so; --mode auto allows', () =>
    withCli(async (skein) => {
      const refused = await skein.run(['/write note.md hello']);
      assert.equal(refused.code, 0, refused.stderr);
      assert.match(refused.stderr, /^permission denied: .*\nthere is no terminal to ask on; --mode/m);
      assert.ok(!existsSync(path.join(skein.folder, 'note.md')));
      const allowed = await skein.run(['-c', '/write note.md hello', '--mode', 'auto']);
      assert.equal(allowed.code, 0, allowed.stderr);
      assert.ok(existsSync(path.join(skein.folder, 'note.md')), allowed.stderr);
    }));

  test('in a session that runs elsewhere is refused with 6 and the name of who runs it', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      let second: Promise<Awaited<ReturnType<CliPlace['run']>>> | undefined;
      const first = await skein.run(['--session', id, '/slow 60'], {
        watch: ({ stdout }, kill) => {
          if (second || stdout.length < 5) return;
          second = skein.run(['--session', id, 'hello']);
          void second.then(() => kill('SIGINT'));
        },
      });
      assert.equal(first.code, 130, first.stderr);
      const refused = await second!;
      assert.equal(refused.code, 6, refused.stderr);
      assert.match(refused.stderr, /skein/);
    }));

  test('goes on to its end when nobody reads the answer any more', () =>
    withCli(async (skein) => {
      const [program = '', ...words] = skein.command;
      const child = spawn(program, [...words, '/flood 200\nwhat is 12*12?'], {
        cwd: skein.folder,
        env: skein.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdout.once('data', () => child.stdout.destroy());
      const [code] = (await once(child, 'close')) as [number | null];
      assert.equal(code, 0, stderr);
      const [row] = await rows(skein);
      const answer = (await entries(skein, row!.id)).findLast((entry) => entry.type === 'message');
      assert.match(JSON.stringify(answer), /144/);
    }));

  test('that is ephemeral and interrupted leaves nothing either', () =>
    withCli(async (skein) => {
      const { code } = await skein.run(['--ephemeral', '/slow 60'], { watch: interruptOnce() });
      assert.equal(code, 130);
      assert.deepEqual(await readdir(skein.folder), []);
      assert.deepEqual(
        (await readdir(skein.env['TMPDIR']!)).filter((name) => name.startsWith('skein-')),
        [],
      );
    }));

  test('does not pass ELECTRON_RUN_AS_NODE on to what it starts', () =>
    withCli(async (skein) => {
      const seen = path.join(skein.home, 'seen');
      const script = `require('fs').writeFileSync(${JSON.stringify(seen)}, String(process.env.ELECTRON_RUN_AS_NODE))`;
      await skein.run(['config', 'set', 'agents.probe.command', process.execPath]);
      await skein.run(['config', 'set', 'agents.probe.args', JSON.stringify(['-e', script])]);
      await skein.run(['hello', '--backend', 'probe'], { env: { ELECTRON_RUN_AS_NODE: '1' } });
      const { readFile } = await import('node:fs/promises');
      assert.equal(await readFile(seen, 'utf8'), 'undefined');
    }));

  test('may go on with another agent and model, which are told what was said', () =>
    withCli(async (skein) => {
      const id = await skein.start('my name is Ada');
      const { command, args } = demoFromSource;
      await skein.run(['config', 'set', 'agents.second.command', command ?? '']);
      await skein.run(['config', 'set', 'agents.second.args', JSON.stringify(args)]);
      const { code, stdout, stderr } = await skein.run(['--session', id, 'what is 12*12?', '--backend', 'second', '--model', 'demo-terse']);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /second goes on with this session, and is told what was said/);
      assert.match(stderr, /The conversation so far was given to second as text/);
      assert.match(stdout, /144/);
      const [row] = await rows(skein);
      assert.deepEqual([row?.id, row?.backend, row?.model, row?.turn_count], [id, 'second', 'demo-terse', 2]);
      const writers = (await entries(skein, id)).flatMap((entry) => (entry.type === 'message' ? [[entry.backend, entry.model]] : []));
      assert.deepEqual(writers.slice(1), [
        ['demo', 'demo'],
        ['second', undefined],
        ['second', 'demo-terse'],
      ]);
      const unknown = await skein.run(['-c', 'hello', '--backend', 'nobody']);
      assert.equal(unknown.code, 2);
      assert.match(unknown.stderr, /^error: there is no agent named nobody\nhint: known are .*second, demo$/m);
    }));

  test('keeps its settings: by options, by patch and by slash commands, and status tells them', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello', '--think', 'high', '--mode', 'plan');
      const status = async () => (await skein.run(['sessions', 'status', id])).stdout;
      assert.match(await status(), /^agent +demo[^]*^mode +plan$[^]*^thinking +high$/m);
      const thought = await skein.run(['-c', 'what is 12*12?']);
      assert.match(thought.stderr, /Let me think/, 'the demo thinks, as the session says');
      const patched = await skein.run(['sessions', 'patch', id, 'thinking_level=', 'title=Named', 'tags=a,b', 'permission_mode=auto']);
      assert.equal(patched.code, 0, patched.stderr);
      assert.match(await status(), /^session +Named[^]*^mode +auto$/m);
      assert.doesNotMatch(await status(), /thinking/);
      assert.equal((await skein.run(['sessions', 'patch', id, 'nonsense'])).code, 2);
      const renamed = await skein.run(['-c', '/rename Better']);
      assert.deepEqual([renamed.code, renamed.stdout], [0, 'title: Better\n'], renamed.stderr);
      const [row] = await rows(skein);
      assert.deepEqual([row?.title, row?.turn_count], ['Better', 2], 'a command is no turn');
      const unfit = await skein.run(['-c', '/mode yolo']);
      assert.equal(unfit.code, 2);
      assert.match((await skein.run(['/help'])).stdout, /^\/fork \[title\] +go on in a new session/m);
      assert.equal((await rows(skein)).length, 1, 'help makes no session');
    }));
});

import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { SessionRow } from '../../src/model/row.js';
import { withCli, type CliPlace } from '../support/cli.js';

const rowOf = async (skein: CliPlace, id: string) => (await skein.run(['sessions', 'show', id, '--json'])).json() as SessionRow;
const rowsOf = async (skein: CliPlace, ...options: readonly string[]) =>
  (await skein.run(['sessions', 'list', '--json', ...options])).json() as SessionRow[];

describe('a new session', () => {
  test('prints the answer alone on stdout, and its id on stderr', () =>
    withCli(async (skein) => {
      const { code, stdout, stderr } = await skein.run([
        'what is 12*12?',
        '--backend',
        'demo',
        '--tag',
        'sums',
        '--tag',
        'easy',
        '--title',
        'A sum',
        '--think',
        'low',
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /144/);
      assert.ok(stdout.endsWith('\n') && !stdout.endsWith('\n\n'));
      const id = /^session ([0-9a-f]{32})$/m.exec(stderr)?.[1] ?? '';
      const row = await rowOf(skein, id);
      assert.deepEqual(
        [row.title, row.tags, row.backend, row.status, row.turn_count, row.prompt],
        ['A sum', ['sums', 'easy'], 'demo', 'active', 1, 'what is 12*12?'],
      );
      assert.equal(row.settings.thinking_level, 'low');
      assert.equal(row.workdir, skein.folder);
    }));

  test('says which agent answers where none was named, and none is configured', () =>
    withCli(async (skein) => {
      assert.match((await skein.run(['hello'])).stderr, /no agent was found: the built-in demo answers/);
      await skein.run(['config', 'set', 'default_backend', 'demo']);
      assert.doesNotMatch((await skein.run(['hello'])).stderr, /no agent was found/);
    }));

  test('takes stdin as one prompt', () =>
    withCli(async (skein) => {
      const { code, stderr } = await skein.run([], { stdin: 'first line\nsecond line\n' });
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        (await rowsOf(skein)).map((row) => row.prompt),
        ['first line\nsecond line'],
      );
    }));

  test('is not made for an empty prompt, nor for an agent that is not there', () =>
    withCli(async (skein) => {
      assert.equal((await skein.run([], { stdin: ' \n' })).code, 2);
      const missing = await skein.run(['hello', '--backend', 'codex']);
      assert.equal(missing.code, 1);
      assert.match(missing.stderr, /^error: .*\nhint: .*npm install/m);
      assert.equal((await skein.run(['hello', '--backend', 'nobody'])).code, 2);
      for (const wrong of [
        ['--title', ' '],
        ['--tag', ''],
      ]) {
        assert.equal((await skein.run(['hello', ...wrong])).code, 2, wrong.join(' '));
      }
      assert.equal((await skein.run(['config', 'set', 'default_backend', 'codex'])).code, 0);
      assert.equal((await skein.run(['hello'])).code, 1);
      assert.deepEqual(await rowsOf(skein), []);
    }));

  test('is made in the folder of --path, and a folder that is not there is wrong usage', () =>
    withCli(async (skein) => {
      const other = path.join(skein.home, 'other');
      await mkdir(other);
      await skein.start('hello', '--path', other);
      assert.deepEqual(await rowsOf(skein), []);
      assert.deepEqual(
        (await rowsOf(skein, '--path', other)).map((row) => row.workdir),
        [other],
      );
      assert.equal((await skein.run(['hello', '--path', path.join(other, 'gone')])).code, 2);
    }));

  test('with --ephemeral leaves no file, neither in the folder nor in the temporary one', () =>
    withCli(async (skein) => {
      const { code, stdout, stderr } = await skein.run(['--ephemeral', 'what is 12*12?']);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /144/);
      assert.doesNotMatch(stderr, /^session/m);
      assert.deepEqual(await readdir(skein.folder), []);
      assert.deepEqual(
        (await readdir(skein.env['TMPDIR']!)).filter((name) => name.startsWith('skein-')),
        [],
      );
      const home = await readdir(path.join(skein.home, '.skein'));
      assert.ok(!home.includes('folders.json'), 'no list of stores names a store that is gone');
    }));
});

describe('going on', () => {
  test('-c continues the last session of the folder, and without one says that it is new', () =>
    withCli(async (skein) => {
      const first = await skein.run(['-c', 'hello']);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stderr, /this is a new one/);
      const again = await skein.run(['-c', 'how many questions did I ask?']);
      assert.match(again.stdout, /1 question/);
      const rows = await rowsOf(skein);
      assert.deepEqual(
        rows.map((row) => row.turn_count),
        [2],
      );
    }));

  test('--session, -a and resume take an id, the start of one, or a number of -l', () =>
    withCli(async (skein) => {
      const older = await skein.start('hello older');
      const newer = await skein.start('hello newer');
      const list = await skein.run(['-l']);
      assert.match(list.stdout, /^#\s+NAME\s+TURNS\s+CREATED$/m);
      assert.deepEqual(
        ((await skein.run(['-l', '--json'])).json() as { number: number; id: string }[]).map(({ number, id }) => [number, id]),
        [
          [1, newer],
          [2, older],
        ],
      );
      for (const args of [
        ['-a', '2'],
        ['--session', older],
        ['-a', older.slice(0, 12)],
        ['resume', older.slice(0, 12)],
      ]) {
        const { code, stderr } = await skein.run([...args, 'hello again']);
        assert.equal(code, 0, stderr);
        // It is the last used one now: for the numbers, the other is again.
        await skein.run(['--session', newer, 'hello']);
      }
      assert.deepEqual([(await rowOf(skein, older)).turn_count, (await rowOf(skein, newer)).turn_count], [5, 5]);
    }));

  test('resume --last takes the prompt; options that contradict are wrong usage', () =>
    withCli(async (skein) => {
      assert.equal((await skein.run(['resume', '--last', 'hello'])).code, 3);
      const id = await skein.start('hello');
      assert.equal((await skein.run(['resume', '--last', 'hello again'])).code, 0);
      assert.equal((await skein.run(['resume', '--last', '--here', '--backend', 'demo'], { stdin: 'and again' })).code, 0);
      assert.equal((await rowOf(skein, id)).turn_count, 3);
      assert.equal((await skein.run(['resume', '--last', id, 'hello'])).code, 2);
      assert.equal((await skein.run(['resume', '--last', '--backend', 'claude', 'hello'])).code, 3);
      assert.equal((await skein.run(['resume'])).code, 2);
      assert.equal((await skein.run(['resume', '--interactive'])).code, 2);
      const missing = await skein.run(['resume', id, 'hello', '--backend', 'claude']);
      assert.equal(missing.code, 1);
      assert.match(missing.stderr, /^error: Claude Code: .*not found.*\nhint: npm install -g /m);
      assert.equal((await rowOf(skein, id)).backend, 'demo');
    }));

  test('resume --all takes the id of a session of another folder, and goes on there', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      const other = path.join(skein.home, 'other');
      await mkdir(other);
      const here = { cwd: other };
      const refused = await skein.run(['resume', id.slice(0, 8), 'hello again'], here);
      assert.equal(refused.code, 3);
      assert.match(refused.stderr, /hint: it belongs to .*: use --path /);
      const run = await skein.run(['resume', '--all', id.slice(0, 8), 'hello again'], here);
      assert.equal(run.code, 0, run.stderr);
      assert.equal((await rowOf(skein, id)).turn_count, 2);
      assert.equal((await skein.run(['resume', '--all', 'ffffffff', 'hello'], here)).code, 3);
    }));

  test('session.auto_resume makes a plain prompt go on', () =>
    withCli(async (skein) => {
      await skein.start('hello');
      await skein.run(['config', 'set', 'session.auto_resume', 'true']);
      assert.equal((await skein.run(['hello again'])).code, 0);
      assert.deepEqual(
        (await rowsOf(skein)).map((row) => row.turn_count),
        [2],
      );
    }));

  test('an id that is unknown, ambiguous or too short has an exit code of its own', () =>
    withCli(async (skein) => {
      await skein.start('hello');
      assert.equal((await skein.run(['--session', 'ffffffffffff', 'hello'])).code, 3);
      assert.equal((await skein.run(['-a', '7', 'hello'])).code, 3);
      assert.equal((await skein.run(['sessions', 'show', 'abc'])).code, 2);
      const { id } = (await rowsOf(skein))[0]!;
      const twin = `${id.slice(0, 10)}${'0'.repeat(22)}`;
      const imported = await skein.run(['sessions', 'export', id]);
      assert.equal(imported.code, 0);
      const { copyFile, readFile, writeFile } = await import('node:fs/promises');
      const sessions = path.join(skein.folder, '.skein', 'sessions');
      const record = (await readFile(path.join(sessions, `${id}.json`), 'utf8')).replaceAll(id, twin);
      await writeFile(path.join(sessions, `${twin}.json`), record);
      await copyFile(path.join(sessions, `${id}.jsonl`), path.join(sessions, `${twin}.jsonl`));
      const ambiguous = await skein.run(['sessions', 'show', id.slice(0, 6)]);
      assert.equal(ambiguous.code, 4);
      assert.match(ambiguous.stderr, /^error: .*\nhint: .*/);
    }));
});

describe('organising', () => {
  test('tag, untag, rename, pin and archive change the record, and undo takes back the last', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      const short = id.slice(0, 8);
      const done = async (...args: readonly string[]) => {
        const { code, stdout, stderr } = await skein.run(args);
        assert.equal(code, 0, stderr);
        assert.equal(stdout, '');
        return stderr;
      };
      await done('sessions', 'tag', short, 'one, two', 'two');
      assert.equal((await skein.run(['sessions', 'tag', short, ''])).code, 2);
      await done('sessions', 'untag', short, 'one');
      assert.match(await done('sessions', 'rename', short, 'A better title'), /A better title/);
      await done('sessions', 'pin', short);
      await done('sessions', 'archive', short);
      let row = await rowOf(skein, id);
      assert.deepEqual([row.tags, row.title, row.pinned, row.archived], [['two'], 'A better title', true, true]);
      assert.deepEqual(await rowsOf(skein), []);
      assert.deepEqual(
        (await rowsOf(skein, '--archived')).map((each) => each.id),
        [id],
      );
      await done('undo');
      assert.equal((await rowOf(skein, id)).archived, false);
      await done('sessions', 'unpin', short);
      await done('sessions', 'archive', short);
      await done('sessions', 'unarchive', short);
      row = await rowOf(skein, id);
      assert.deepEqual([row.pinned, row.archived], [false, false]);
    }));

  test('delete moves to the trash, restore and undo bring back', () =>
    withCli(async (skein) => {
      const [a, b] = [await skein.start('hello a'), await skein.start('hello b')];
      const deleted = await skein.run(['sessions', 'delete', a, b.slice(0, 8)]);
      assert.equal(deleted.code, 0, deleted.stderr);
      assert.match(deleted.stderr, /deleted 2 sessions; skein undo/);
      assert.deepEqual(await rowsOf(skein), []);
      assert.equal((await skein.run(['sessions', 'show', a])).code, 3);
      const trash = (await skein.run(['sessions', 'restore', '--json'])).json() as { row: SessionRow; deleted_at: string }[];
      assert.deepEqual(trash.map(({ row }) => row.id).sort(), [a, b].sort());
      assert.match((await skein.run(['sessions', 'restore'])).stdout, /^ID\s+DELETED\s+TITLE\/PROMPT$/m);
      assert.equal((await skein.run(['sessions', 'restore', a.slice(0, 8)])).code, 0);
      assert.deepEqual(
        (await rowsOf(skein)).map((row) => row.id),
        [a],
      );
      assert.equal((await skein.run(['sessions', 'restore', 'ffffffff'])).code, 3);
      await skein.run(['sessions', 'delete', a]);
      assert.equal((await skein.run(['sessions', 'undo'])).code, 0);
      assert.deepEqual(
        (await rowsOf(skein)).map((row) => row.id),
        [a],
      );
    }));

  test('nothing is deleted when one of the ids is unknown', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      assert.equal((await skein.run(['sessions', 'delete', id, 'ffffffff'])).code, 3);
      assert.equal((await rowsOf(skein)).length, 1);
    }));

  test('undo with nothing to undo says so', () =>
    withCli(async (skein) => {
      const { code, stderr } = await skein.run(['undo']);
      assert.equal(code, 1);
      assert.match(stderr, /nothing to undo/);
    }));

  test('clean says for each session why it goes or stays, and removes what goes', () =>
    withCli(async (skein) => {
      await skein.start('hello');
      const kept = await skein.run(['sessions', 'clean']);
      assert.equal(kept.code, 0, kept.stderr);
      assert.match(kept.stderr, /retention_days is 0.*\nremoved nothing/s);
      const dry = await skein.run(['sessions', 'clean', '--older-than', '30d', '--dry-run', '--json']);
      const rows = dry.json() as { row: SessionRow; goes: boolean; reason: string }[];
      assert.deepEqual(
        rows.map(({ goes }) => goes),
        [false],
      );
      assert.ok(rows[0]!.reason.length > 0);
      assert.match((await skein.run(['sessions', 'clean', '--older-than', '30d', '--dry-run'])).stdout, /stays/);
      for (const duration of ['30', '1.5h', '2 weeks', '30days', '-1d']) {
        assert.equal((await skein.run(['sessions', 'clean', `--older-than=${duration}`])).code, 2, duration);
      }
      assert.equal((await rowsOf(skein)).length, 1);
      const gone = await skein.run(['sessions', 'clean', '--older-than', '0m']);
      assert.match(gone.stderr, /removed 1 session; skein undo/);
      assert.deepEqual(await rowsOf(skein), []);
      await skein.run(['undo']);
      assert.equal((await rowsOf(skein)).length, 1);
    }));
});

describe('forking', () => {
  test('starts from the history, up to an entry with --at, and prints the new id', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      await skein.run(['--session', id, 'hello again']);
      const entries = (await skein.run(['sessions', 'history', id, '--json'])).json() as {
        id: string;
        type: string;
        message?: { role: string };
      }[];
      const firstAnswer = entries.find((entry) => entry.message?.role === 'assistant')!;
      const fork = await skein.run(['sessions', 'fork', id, '--at', firstAnswer.id, '--title', 'A branch']);
      assert.equal(fork.code, 0, fork.stderr);
      const forked = fork.stdout.trim();
      assert.match(forked, /^[0-9a-f]{32}$/);
      const row = await rowOf(skein, forked);
      assert.deepEqual([row.parent_id, row.forked_at, row.title, row.turn_count], [id, firstAnswer.id, 'A branch', 1]);
      assert.equal((await skein.run(['sessions', 'fork', id, '--at', firstAnswer.id.slice(0, 8)])).code, 0);
      assert.equal((await skein.run(['sessions', 'fork', id, '--at', 'nowhere'])).code, 3);
      const before = (await rowsOf(skein)).length;
      assert.equal((await skein.run(['sessions', 'fork', id, ' '])).code, 2);
      assert.equal((await rowsOf(skein)).length, before);
    }));

  test('goes on with a prompt, which the agent answers from the history', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      const { code, stdout, stderr } = await skein.run(['sessions', 'fork', id.slice(0, 8), 'how many questions did I ask?']);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /1 question/);
      assert.match(stderr, /^session [0-9a-f]{32}$/m);
      assert.equal((await rowOf(skein, id)).turn_count, 1);
    }));
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { clinvkSession, makeClinvkHome } from '../support/clinvkHome.js';
import { withCli } from '../support/cli.js';

/** What the help prints, as it is reviewed: one file for each. */
const golden = (name: string) => readFile(new URL(`../fixtures/cli/${name}.txt`, import.meta.url), 'utf8');

describe('the command line', () => {
  test('prints help and version on stdout', () =>
    withCli(async (skein) => {
      for (const [args, name] of [
        [['--help'], 'help'],
        [['sessions', '--help'], 'help-sessions'],
        [['sessions', 'list', '--help'], 'help-sessions-list'],
        [['sessions', 'search', '--help'], 'help-sessions-search'],
        [['help', 'sessions', 'list'], 'help-sessions-list'],
        [['sessions', 'help', 'list'], 'help-sessions-list'],
        [['help'], 'help'],
        [['complete', '--help'], 'help-complete'],
        [['help', 'complete'], 'help-complete'],
      ] as const) {
        const { code, stdout, stderr } = await skein.run(args);
        assert.deepEqual([code, stderr], [0, '']);
        assert.equal(stdout, await golden(name));
      }
      const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
      assert.equal((await skein.run(['--version'])).stdout, `${manifest.version}\n`);
    }));

  test('answers wrong usage with 2, what is wrong, and a hint', () =>
    withCli(async (skein) => {
      const cases: readonly (readonly [readonly string[], string])[] = [
        [['sessions', 'list', '--lmit', '3'], "error: unknown option '--lmit'\nhint: did you mean --limit?\n"],
        [['sessions', 'lst'], "error: unknown command 'lst'\nhint: did you mean list?\n"],
        [['doctr'], "error: unknown command 'doctr'\nhint: did you mean skein doctor? If it is a prompt: skein -- doctr\n"],
        [['list'], "error: unknown command 'list'\nhint: did you mean skein sessions list? If it is a prompt: skein -- list\n"],
        [['list', '--limit', '3'], "error: unknown option '--limit'\nhint: did you mean skein sessions list?\n"],
        [['delete', 'b668'], 'error: too many arguments. Expected 1 argument but got 2\nhint: did you mean skein sessions delete?\n'],
        [['session', 'list'], 'error: too many arguments. Expected 1 argument but got 2\nhint: did you mean skein sessions?\n'],
        [['help', 'foo'], "error: unknown command 'foo'\nhint: skein --help says what there is\n"],
        [
          ['fix', 'the', 'bug'],
          'error: too many arguments. Expected 1 argument but got 3\nhint: put a prompt of several words in quotes\n',
        ],
        [
          ['sessions', 'rename', 'b668', 'two', 'words'],
          "error: too many arguments for 'rename'. Expected 2 arguments but got 3\nhint: put a title of several words in quotes\n",
        ],
        [
          ['sessions', 'list', 'login'],
          "error: too many arguments for 'list'. Expected 0 arguments but got 1\nhint: skein sessions list --help says what there is\n",
        ],
        [
          ['sessions', 'search', '-is:fork'],
          "error: unknown option '-is:fork'\nhint: text that begins with - goes after --: skein sessions search -- …\n",
        ],
        [['sessions', 'show'], "error: missing required argument 'id'\nhint: skein sessions show --help says what there is\n"],
        [['sessions', 'list', '--limit', 'x'], 'error: "x" is not a number that --limit takes\nhint: write a whole number from 1\n'],
        [['--json', 'hello'], 'error: --json goes with -l or a command that reads\n'],
        [
          ['complete', 'tcsh'],
          'error: "tcsh" is not a shell this works with\nhint: skein complete zsh|bash|fish|powershell; for example: source <(skein complete bash)\n',
        ],
        [['server'], 'error: how is the server to be spoken to?\nhint: skein server --stdio\n'],
      ];
      for (const [args, stderr] of cases) {
        const run = await skein.run(args);
        assert.deepEqual([run.code, run.stdout, run.stderr], [2, '', stderr], args.join(' '));
      }
      const group = await skein.run(['sessions']);
      assert.equal(group.code, 2);
      assert.match(group.stderr, /^Usage: skein sessions (.|\n)*error: skein sessions: which command\?/);
    }));

  test('takes a word that is a command of a group, or nearly one, as a prompt after --', () =>
    withCli(async (skein) => {
      for (const word of ['agent', 'list']) assert.equal((await skein.run(['--', word])).code, 0);
      // What goes on in a session can only be a prompt.
      assert.equal((await skein.run(['-c', 'list'])).code, 0);
    }));
});

describe('completion', () => {
  test('prints a script for each shell', () =>
    withCli(async (skein) => {
      for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
        const { code, stdout } = await skein.run(['complete', shell]);
        assert.equal(code, 0);
        assert.match(stdout, /skein complete/, shell);
      }
    }));

  test('knows commands, options, their values, ids and tags', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello', '--tag', 'bugfix');
      const complete = async (...words: readonly string[]) => {
        const { code, stdout, stderr } = await skein.run(['complete', '--', ...words]);
        assert.deepEqual([code, stderr], [0, '']);
        return stdout.split('\n').map((line) => line.split('\t')[0]);
      };
      assert.ok((await complete('sess')).includes('sessions'));
      assert.ok((await complete('sessions', 'ta')).includes('tag'));
      assert.ok((await complete('sessions', 'list', '--st')).includes('--status'));
      assert.ok((await complete('sessions', 'list', '--status', '')).includes('completed'));
      assert.ok((await complete('sessions', 'show', '')).includes(id.slice(0, 8)));
      assert.ok((await complete('sessions', 'delete', 'ffffffff', '')).includes(id.slice(0, 8)));
      assert.ok((await complete('sessions', 'untag', id, 'bu')).includes('bugfix'));
      assert.ok((await complete('sessions', 'list', '--tag', '')).includes('bugfix'));
      assert.ok((await complete('--session', '')).includes(id.slice(0, 8)));
      assert.ok((await complete('resume', '')).includes(id.slice(0, 8)));
      assert.ok((await complete('config', 'set', 'session.')).includes('session.retention_days'));
    }));

  test('works in a bash without more, also for ids with a colon, and runs nothing of what it offers', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello', '--tag', 'bugfix', '--tag', '$(touch${IFS}pwned)');
      await makeClinvkHome(skein.home, skein.folder);
      const script = path.join(skein.home, 'complete.sh');
      await writeFile(script, (await skein.run(['complete', 'bash'])).stdout);
      const bin = path.join(skein.home, 'bin');
      await mkdir(bin);
      await writeFile(path.join(bin, 'skein'), `#!/bin/bash\nexec ${skein.command.map((word) => `'${word}'`).join(' ')} "$@"\n`, {
        mode: 0o755,
      });
      const offered = async (line: string) => {
        const words = `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; source '${script}'; source '${script}'; __skein_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
        const env = { ...skein.env, PATH: `${bin}:${skein.env['PATH'] ?? ''}` };
        const { stdout, stderr } = await promisify(execFile)('/bin/bash', ['--norc', '-c', words], { cwd: skein.folder, env });
        assert.equal(stderr, '', line);
        return stdout.trim().split('\n');
      };
      assert.deepEqual(await offered('skein sess'), ['sessions']);
      assert.ok((await offered('skein sessions show ')).includes(id.slice(0, 8)));
      assert.deepEqual(await offered(`skein sessions show clinvk:${clinvkSession.slice(0, 2)}`), [clinvkSession.slice(0, 8)]);
      assert.deepEqual(await offered(`skein sessions untag ${id} bu`), ['bugfix']);
      const [first, ...others] = await offered(`skein sessions untag ${id} $`);
      assert.deepEqual([first?.startsWith('\\$\\(touch'), others], [true, []]);
      assert.ok(!(await readdir(skein.folder)).includes('pwned'));
    }));
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import type { SessionRow } from '../../src/model/row.js';
import { withCli, type CliPlace } from '../support/cli.js';
import { processesWith } from '../support/processesWith.js';
import { keys, startOnTerminal } from '../support/terminalSession.js';
import { until } from '../support/until.js';

const rows = async (skein: CliPlace) => (await skein.run(['sessions', 'list', '--json'])).json() as SessionRow[];

describe('on a terminal', () => {
  test('skein is a line chat in one session, ended by Ctrl+D', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('Ctrl+D ends the chat');
      await terminal.see('> ');
      terminal.type(`what is 12*12?${keys.enter}`);
      await terminal.see('144');
      await terminal.see('> ');
      terminal.type(`how many questions did I ask?${keys.enter}`);
      await terminal.see('1 question');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      assert.deepEqual(
        (await rows(skein)).map((row) => row.turn_count),
        [2],
      );
    }));

  test('a chat in which nothing is said leaves no session', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      assert.deepEqual(await rows(skein), []);
    }));

  test('Ctrl+C ends the turn and not the chat; several pasted lines are several prompts', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(`/slow 60${keys.enter}`);
      await terminal.see(/session [0-9a-f]{32}/);
      await terminal.see('Still here');
      terminal.type(keys.ctrlC);
      await terminal.see('error: interrupted');
      await terminal.see('> ');
      terminal.type(`what is 1+1?${keys.enter}what is 20+3?${keys.enter}`);
      await terminal.see('2');
      await terminal.see('23');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      assert.deepEqual(
        (await rows(skein)).map((row) => row.turn_count),
        [3],
      );
    }));

  test('lines that are typed while a turn runs wait, in their order, also when it is ended, and one can steer it', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(`/slow 60${keys.enter}`);
      await terminal.see('Still here');
      terminal.type(`what is 2*4?${keys.enter}`);
      await terminal.see("waits for the turn's end: what is 2*4?");
      terminal.type(`what is 20+3?${keys.enter}/status${keys.enter}`);
      await terminal.see("waits for the turn's end: what is 20+3?");
      await terminal.see('mode:');
      terminal.type(`/cancel${keys.enter}`);
      await terminal.see('error: interrupted');
      await terminal.see('2 prompts wait');
      await terminal.see('> ');
      terminal.type(keys.enter);
      await terminal.see('8');
      await terminal.see('> what is 20+3?');
      await terminal.see('23');
      await terminal.see('> ');
      terminal.type(`/slow 60${keys.enter}`);
      await terminal.see('Still here');
      terminal.type(`/steer what is 30+4?${keys.enter}`);
      await terminal.see('> what is 30+4?');
      await terminal.see('34');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      const [row] = await rows(skein);
      assert.equal(row?.turn_count, 5);
      const history = (await skein.run(['sessions', 'history', row.id, '--json'])).json() as Entry[];
      assert.deepEqual(
        history.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? [textOf(entry.message.content)] : [])),
        ['/slow 60', 'what is 2*4?', 'what is 20+3?', '/slow 60', 'what is 30+4?'],
      );
    }));

  test('a line that is half typed stays as it is while the answer comes in', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(`/slow 60${keys.enter}`);
      await terminal.see('Still here');
      terminal.type('what is ');
      await terminal.see('> what is ');
      terminal.type(`6*7?${keys.enter}`);
      await terminal.see("waits for the turn's end: what is 6*7?");
      await terminal.see('Still here');
      terminal.type(keys.ctrlC);
      await terminal.see('1 prompt waits');
      await terminal.see('> ');
      terminal.type(`/drop${keys.enter}`);
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      assert.deepEqual(
        (await rows(skein)).map((row) => row.turn_count),
        [1],
      );
    }));

  test('an answer without a line end goes on above a line that is half typed, each word of it once', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(`/slow 60${keys.enter}`);
      await terminal.see('word 3.');
      terminal.type('what is ');
      await terminal.see('> what is ');
      // Over the edge of the row, and more than once.
      await terminal.see('word 16.');
      terminal.type('6*7');
      await terminal.see('6*7');
      await terminal.see('word 24.');
      await until('the line below it', () => terminal.lines().at(-1) === '> what is 6*7');
      const lines = terminal.lines();
      const said = lines.slice(
        lines.findIndex((line) => line.startsWith('Still here, word 1.')),
        -1,
      );
      assert.ok(
        said.slice(0, -1).every((line) => line.length > 90),
        lines.join('\n'),
      );
      const words = Array.from({ length: 24 }, (_, index) => `Still here, word ${index + 1}. `).join('');
      // A row that ends with a space shows none.
      const text = said.map((line, index) => (index < said.length - 1 ? line.padEnd(100) : line)).join('');
      assert.ok(text.startsWith(words.trimEnd()), lines.join('\n'));
      terminal.type(keys.ctrlC);
      await terminal.see('error: interrupted');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
    }));

  test('what is pasted is one prompt, with its lines, and says meanwhile where it goes', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type('\u001b[200~line one\r\nline two\rline three\u001b[201~');
      await terminal.see('line one␤line two␤line three');
      terminal.type(` and more${keys.enter}`);
      await terminal.see('You asked');
      await terminal.see('> ');
      terminal.type(keys.ctrlC);
      await terminal.see('Ctrl+D ends the chat');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      const [row] = await rows(skein);
      const history = (await skein.run(['sessions', 'history', row!.id, '--json'])).json() as Entry[];
      assert.deepEqual(
        history.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? [textOf(entry.message.content)] : [])),
        ['line one\nline two\nline three and more'],
      );
    }));

  test('a line that is half typed while the session is made stays whole below what that says', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(`/slow 60${keys.enter}what is `);
      await terminal.see('Still here');
      const lines = terminal.lines();
      assert.ok(
        lines.some((line) => /^session [0-9a-f]{32}$/.test(line)),
        lines.join('\n'),
      );
      terminal.type(keys.ctrlC);
      await terminal.see('error: interrupted');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
    }));

  test('a chat that was stopped with Ctrl+Z goes on where it was', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type('hello again');
      await terminal.see('hello again');
      terminal.type('\u001a');
      // Nobody controls jobs here, so that the kernel does not stop it: it is told to go on all the same, when it waits for that.
      await until('the line is there again', async () => {
        for (const pid of await processesWith(`HOME=${skein.home}`)) process.kill(pid, 'SIGCONT');
        return terminal.screen().split('> hello again').length > 2;
      });
      terminal.type(keys.enter);
      await terminal.see('This is the demo agent');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
    }));

  test('a permission request is asked, and the answer is obeyed', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, ['/write note.md hello from a test']);
      await terminal.see('note.md');
      await terminal.see('❯');
      terminal.type(keys.enter);
      assert.equal(await terminal.ended, 0, terminal.screen());
      assert.match(await readFile(path.join(skein.folder, 'note.md'), 'utf8'), /hello from a test/);
    }));

  test('a permission request is asked in a chat too, which goes on', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, []);
      await terminal.see('> ');
      terminal.type(`/write note.md hello from a chat${keys.enter}`);
      await terminal.see('❯');
      terminal.type(keys.enter);
      await terminal.see('I wrote');
      await terminal.see('> ');
      assert.match(await readFile(path.join(skein.folder, 'note.md'), 'utf8'), /hello from a chat/);
      terminal.type(`what is 6*7?${keys.enter}`);
      await terminal.see('42');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
    }));

  test('resume lets choose from a list that typing narrows', () =>
    withCli(async (skein) => {
      const alpha = await skein.start('hello alpha');
      await skein.start('hello beta');
      const terminal = startOnTerminal(skein, ['resume']);
      await terminal.see('Which session?');
      await terminal.see('hello beta');
      terminal.type('alpha');
      await terminal.see('alpha');
      await terminal.see(alpha.slice(0, 8));
      terminal.type(keys.enter);
      await terminal.see(`continuing ${alpha.slice(0, 8)}`);
      await terminal.see('> ');
      terminal.type(`hello again${keys.enter}`);
      await terminal.see('Hello again');
      await terminal.see('> ');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 0);
      const { turn_count: turns } = (await rows(skein)).find((row) => row.id === alpha)!;
      assert.equal(turns, 2);
    }));

  test('Ctrl+C in the list is 130, and so is Ctrl+D', () =>
    withCli(async (skein) => {
      await skein.start('hello');
      for (const key of [keys.ctrlC, keys.ctrlD]) {
        const terminal = startOnTerminal(skein, ['resume', '--interactive']);
        await terminal.see('hello');
        terminal.type(key);
        assert.equal(await terminal.ended, 130);
        assert.match(terminal.screen(), /error: interrupted\n$/);
      }
    }));

  test('a choice in the list has one row, however long its title', () =>
    withCli(async (skein) => {
      await skein.start(`hello ${'long '.repeat(60)}`);
      const terminal = startOnTerminal(skein, ['resume']);
      await terminal.see('…');
      assert.ok(terminal.lines().some((line) => /^❯ hello long .*…$/.test(line) && line.length <= 100));
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 130);
    }));

  test('Ctrl+D at a permission request cancels the turn', () =>
    withCli(async (skein) => {
      const terminal = startOnTerminal(skein, ['/write note.md hello']);
      await terminal.see('❯');
      terminal.type(keys.ctrlD);
      assert.equal(await terminal.ended, 130, terminal.screen());
    }));

  test('lists are cut to its width', () =>
    withCli(async (skein) => {
      await skein.start(`hello ${'long '.repeat(60)}`);
      const terminal = startOnTerminal(skein, ['sessions', 'list']);
      assert.equal(await terminal.ended, 0);
      const lines = terminal.screen().trimEnd().split('\n');
      assert.equal(lines.length, 2);
      assert.ok(
        lines.every((line) => line.length <= 100),
        terminal.screen(),
      );
      assert.ok(lines[1]?.endsWith('…'));
    }));
});

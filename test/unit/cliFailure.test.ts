import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { exitCodes, reportFailure } from '../../src/cli/failure.js';
import { createTerminal } from '../../src/cli/terminal.js';
import { errorCodes, SessionError } from '../../src/model/errors.js';
import { recordingTerminal } from '../support/recordingTerminal.js';

describe('a failure', () => {
  test('is told on stderr with its hint, and gives the published exit code', () => {
    const terminal = recordingTerminal();
    const code = reportFailure(new SessionError('ambiguous', '"b668" may be two', { hint: 'write more of the id' }), terminal, false);
    assert.equal(terminal.err(), 'error: "b668" may be two\nhint: write more of the id\n');
    assert.equal(terminal.out(), '');
    assert.equal(code, 4);
  });

  test('has an exit code of 1 to 6 or 130 for each code there is', () => {
    for (const code of errorCodes) assert.ok([1, 2, 3, 4, 5, 6, 130].includes(exitCodes[code]), code);
    assert.deepEqual([exitCodes.usage, exitCodes.not_found, exitCodes.damaged, exitCodes.busy, exitCodes.interrupted], [2, 3, 5, 6, 130]);
  });

  test('that nobody expected shows where it happened with --verbose only, with its cause', () => {
    const error = new Error('boom', { cause: new Error('the fuse') });
    const quiet = recordingTerminal();
    assert.equal(reportFailure(error, quiet, false), 1);
    assert.match(quiet.err(), /^error: boom\nhint: .*--verbose.*\n$/);
    const verbose = recordingTerminal();
    reportFailure(error, verbose, true);
    assert.match(verbose.err(), /cliFailure\.test/);
    assert.match(verbose.err(), /caused by Error: the fuse/);
  });

  test('of the file system names the path', () => {
    const terminal = recordingTerminal();
    const error = Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES', path: '/x/y' });
    assert.equal(reportFailure(error, terminal, false), 1);
    assert.equal(terminal.err(), 'error: not permitted: /x/y\n');
  });

  test('cannot carry escape sequences to the terminal', () => {
    const terminal = recordingTerminal();
    reportFailure(new SessionError('agent_failed', 'last words: \u001b]0;owned\u0007'), terminal, false);
    assert.equal(terminal.err(), 'error: last words: \n');
  });
});

describe('a terminal', () => {
  test('has colours, unless NO_COLOR is set, it is dumb, or there is none', () => {
    assert.equal(recordingTerminal({ tty: true }).style('red', 'x'), '\u001b[31mx\u001b[39m');
    assert.equal(recordingTerminal({ tty: true, env: { NO_COLOR: '1' } }).style('red', 'x'), 'x');
    assert.equal(recordingTerminal({ tty: true, env: { NO_COLOR: '' } }).style('red', 'x'), '\u001b[31mx\u001b[39m');
    assert.equal(recordingTerminal({ tty: true, env: { TERM: 'dumb' } }).style('red', 'x'), 'x');
    assert.equal(recordingTerminal().styleError('red', 'x'), 'x');
  });

  test('stops writing to a pipe that was closed, and does not hide another failure', () => {
    const written: string[] = [];
    const stdout = Object.assign(new EventEmitter(), { write: (text: string | Uint8Array) => written.push(text.toString()) });
    const stderr = Object.assign(new EventEmitter(), { write: () => undefined });
    const terminal = createTerminal({ stdin: {}, stdout, stderr, env: {} });
    terminal.print('one');
    stdout.emit('error', Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
    terminal.print('two');
    assert.deepEqual(written, ['one\n']);
    assert.throws(() => stderr.emit('error', Object.assign(new Error('i/o error'), { code: 'EIO' })), /i\/o error/);
  });
});

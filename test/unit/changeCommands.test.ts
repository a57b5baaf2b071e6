import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sessionRow } from '../support/sessionRow.js';
import { until } from '../support/until.js';
import '../support/vscodeStub.js';

const { window } = await import('vscode');
const { changeCommands } = await import('../../src/extension/changeCommands.js');

/** The command that deletes one session, with a server that takes until `let` to do it, and a person who has still to press Undo. */
function deleting() {
  const done: string[] = [];
  let go: (fails: boolean) => void = () => undefined;
  let press: (button: string) => void = () => undefined;
  const request = (method: string): Promise<object> =>
    new Promise((resolve, reject) => {
      if (method !== 'sessions/delete') {
        done.push(method);
        resolve({});
        return;
      }
      go = (fails) => {
        if (fails) reject(new Error('it is running'));
        else {
          done.push(method);
          resolve({});
        }
      };
    });
  Object.assign(window, {
    showInformationMessage: () => new Promise<string>((resolve) => (press = resolve)),
  });
  const row = sessionRow({ id: '0'.repeat(32), title: 'Old' });
  const targets = { many: () => Promise.resolve([{ folder: { path: '/p', name: 'p', trusted: true }, row }]) };
  const commands = changeCommands({ client: { request }, targets, log: { error: () => undefined } } as never);
  let over = false;
  const command = Promise.resolve(commands.delete()).finally(() => (over = true));
  return { done, command, isOver: () => over, answer: (fails: boolean) => go(fails), undo: () => press('Undo') };
}
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the command that deletes', () => {
  test('is over when the sessions are gone, and its Undo button outlives it', async () => {
    const { done, command, isOver, answer, undo } = deleting();
    await pause();
    assert.equal(isOver(), false);
    answer(false);
    await command;
    assert.deepEqual(done, ['sessions/delete']);
    undo();
    await until('it is undone', () => done.length === 2);
    assert.deepEqual(done, ['sessions/delete', 'sessions/restore']);
  });

  test('fails where they could not be deleted', async () => {
    const { command, answer } = deleting();
    await pause();
    answer(true);
    await assert.rejects(command, /it is running/);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/until.js';
import '../support/vscodeStub.js';

const { window } = await import('vscode');
const { offerUndo } = await import('../../src/extension/undoOffer.js');

const folder = { path: '/projects/x', name: 'x', trusted: true };

/** A person who presses `pressed`, and a server that cannot undo. */
function offered(pressed: string | undefined) {
  const asked: unknown[] = [];
  const told: string[] = [];
  Object.assign(window, {
    showInformationMessage: () => Promise.resolve(pressed),
    showErrorMessage: (words: string) => Promise.resolve(void told.push(words)),
  });
  const request = (method: string, params: unknown): Promise<unknown> => {
    asked.push([method, params]);
    return Promise.reject(new Error('the session was changed since'));
  };
  offerUndo({ client: { request }, log: { error: () => undefined } } as never, folder, '1 session linked.');
  return { asked, told };
}

describe('the Undo that a notification offers', () => {
  test('tells when it could not be done', async () => {
    const { asked, told } = offered('Undo');
    await until('it is told', () => told.length === 1);
    assert.deepEqual(told, ['The session was changed since.']);
    assert.deepEqual(asked, [['sessions/undo', { folder: '/projects/x' }]]);
  });

  test('does nothing when it is not pressed', async () => {
    const { asked, told } = offered(undefined);
    await new Promise(setImmediate);
    assert.deepEqual([asked, told], [[], []]);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/until.js';
import '../support/vscodeStub.js';

const { workspace } = await import('vscode');
const { SessionList } = await import('../../src/extension/sessionList.js');

describe('the list of sessions', () => {
  test('that takes longer than changes come is read once more, not once for each', async () => {
    Object.assign(workspace, { workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/x' }, name: 'x' }] });
    let asked = 0;
    const waiting: (() => void)[] = [];
    let change: (change: { readonly folder: string }) => void = () => assert.fail('nobody listens');
    const nothing = () => ({ dispose: () => undefined });
    const client = {
      state: 'running',
      request: (method: string) => {
        if (method !== 'sessions/list') return Promise.resolve([]);
        asked++;
        return new Promise((answer) => waiting.push(() => answer({ rows: [], problems: [] })));
      },
      on: (name: string, listener: typeof change) => {
        if (name === 'sessions/changed') change = listener;
        return nothing();
      },
      onState: nothing,
    };
    const log = { warn: () => undefined, debug: () => undefined };
    const list = new SessionList(client as never, { get: () => undefined, update: () => Promise.resolve() } as never, log as never);
    let drawn = 0;
    list.onChanged(() => drawn++);
    for (let changes = 0; changes < 4; changes++) {
      change({ folder: '/x' });
      await delay(50);
    }
    assert.equal(asked, 1);
    waiting.shift()?.();
    await until('it is read once more', () => asked === 2);
    waiting.shift()?.();
    await until('every change is drawn', () => drawn === 4);
    assert.equal(asked, 2);
    list.dispose();
  });
});

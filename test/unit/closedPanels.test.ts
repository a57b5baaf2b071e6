import assert from 'node:assert/strict';
import { setImmediate as breathe } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { sessionRow } from '../support/sessionRow.js';
import { until } from '../support/until.js';
import { PanelStub } from '../support/vscodeStub.js';

const { ChatPanel } = await import('../../src/extension/chatPanel.js');
const { UsagePanel } = await import('../../src/extension/usagePanel.js');

const folder = { path: '/projects/x', name: 'x', trusted: true };
const extensionUri = { fsPath: '/extension' };
const row = sessionRow({ title: 'A' });
const snapshot = { row, entries: [], live: [], running: false, skipped: [], seq: 1 };

/** A server whose answers come when the test says so, and what nobody heard of. */
function slowServer(t: TestContext) {
  const asked: { readonly method: string; readonly answer: (result: unknown) => void; readonly fail: (error: Error) => void }[] = [];
  const unheard: unknown[] = [];
  const hear = (why: unknown): number => unheard.push(why);
  process.on('unhandledRejection', hear);
  t.after(() => process.off('unhandledRejection', hear));
  const client = {
    request: (method: string) => new Promise((answer, fail) => asked.push({ method, answer, fail })),
    on: () => ({ dispose: () => undefined }),
  };
  const settled = async (): Promise<readonly unknown[]> => {
    for (let turn = 0; turn < 5; turn++) await breathe();
    return unheard;
  };
  return { asked, client, settled };
}
const log = { warn: () => undefined };

describe('a panel that is closed', () => {
  for (const outcome of ['answered', 'failed'] as const) {
    test(`while its session is read asks nothing of what is gone, when that is ${outcome}`, async (t) => {
      const { asked, client, settled } = slowServer(t);
      const panel = new PanelStub();
      let seen = 0;
      const act = () => Promise.reject(new Error('the server ended'));
      const chat = new ChatPanel(panel as never, { folder, id: row.id }, { client, log, extensionUri, act, seen: () => seen++ } as never);
      panel.receive({ message: { kind: 'ready' } });
      await until('it asks', () => asked.length === 2);
      for (const { method, answer } of asked.splice(0)) answer(method === 'sessions/get' ? snapshot : []);
      await until('it asks for what the agent offers', () => asked.length === 1);
      panel.dispose();
      const [offers] = asked;
      if (outcome === 'answered') offers?.answer({});
      else offers?.fail(new Error('the server ended'));
      panel.receive({ message: { kind: 'cancel' } });
      await chat.show({ folder });
      chat.bringUp();
      assert.deepEqual([await settled(), chat.visible, chat.active, panel.posted, seen], [[], false, false, [], 0]);
    });

    test(`while usage is added up tells nobody, when that is ${outcome}`, async (t) => {
      const { asked, client, settled } = slowServer(t);
      const panel = new PanelStub();
      let closed = 0;
      const parts = { client, log, extensionUri, folder };
      assert.ok(new UsagePanel(panel as never, parts as never, () => closed++));
      panel.receive({ kind: 'ready' });
      await until('it asks', () => asked.length === 1);
      panel.dispose();
      if (outcome === 'answered') asked[0]?.answer([]);
      else asked[0]?.fail(new Error('the server ended'));
      assert.deepEqual([await settled(), closed, panel.posted], [[], 1, []]);
    });
  }
});

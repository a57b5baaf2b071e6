import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToWebview } from '../../src/protocol/messages.js';
import { sessionRow } from '../support/sessionRow.js';
import { until } from '../support/until.js';
import { PanelStub } from '../support/vscodeStub.js';

const { ChatPanel } = await import('../../src/extension/chatPanel.js');

const folder = { path: '/projects/x', name: 'x', trusted: true };
const row = sessionRow({ title: 'A' });
const holder = { program: 'skein', pid: 1, host: 'h', started_at: '2026-11-21T10:00:00.000Z', state: 'running' };
const textOf = (seq: number) => ({ kind: 'text', id: 'm', delta: String(seq) }) as const;

test('what streams while only the row of a followed session is sent is not lost', async () => {
  let seq = 1;
  let meanwhile = (): void => undefined;
  const answers: Readonly<Record<string, () => unknown>> = {
    'sessions/get': () => {
      meanwhile();
      return { row: { ...row, running: holder }, entries: [], live: [textOf(seq)], running: false, holder, skipped: [], seq };
    },
    'agents/list': () => [],
    'agents/offers': () => ({}),
  };
  const client = { request: (method: string) => Promise.resolve(answers[method]?.()) };
  const parts = {
    client,
    log: { warn: () => undefined },
    extensionUri: { fsPath: '/extension' },
    act: () => Promise.resolve(),
    seen: () => 0,
  };
  const page = new PanelStub();
  const panel = new ChatPanel(page as never, { folder, id: row.id }, parts as never);
  const kinds = (): readonly string[] => page.posted.map((message) => (message as ToWebview).kind);
  page.receive({ message: { kind: 'ready' } });
  await until('the snapshot', () => kinds().includes('snapshot'));
  meanwhile = () => {
    seq = 2;
    panel.turnUpdated({ folder: folder.path, id: row.id, seq, update: textOf(seq) });
  };
  panel.leaseChanged({ folder: folder.path, id: row.id, holder } as never);
  await until('the row', () => kinds().includes('row'));
  await until('what streamed', () => kinds().includes('update'));
  assert.deepEqual(kinds(), ['snapshot', 'row', 'update']);
});

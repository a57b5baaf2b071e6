import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatPanel } from '../support/chatPanel.js';
import { hostForFile } from '../support/host.js';
import { listed, request, startSession } from '../support/hostSessions.js';
import { skeinCommand, skeinEnvironment } from '../support/skeinCli.js';
import { startSkein, type SkeinProcess } from '../support/skeinProcess.js';
import { until } from '../support/until.js';

const host = hostForFile();

/** A session in the panel, and a terminal that runs a long turn in it. */
async function busySession(title: string): Promise<{ readonly id: string; readonly panel: ChatPanel; readonly terminal: SkeinProcess }> {
  const { window, workspace, home } = host();
  const { id } = await startSession(host(), 'hello', { title });
  await window.openContainer('Skein');
  await window.settled('Sessions');
  await window.treeRow('Sessions', title).first().click();
  const panel = await ChatPanel.find(window, title);
  const place = { command: skeinCommand, folder: workspace, env: skeinEnvironment(home) };
  const terminal = startSkein(place, ['--session', id, '/slow 60']);
  await until('the terminal streams', () => terminal.printed.stdout.includes('word 1'), 60_000);
  return { id, panel, terminal };
}

describe('a session that runs in a terminal', () => {
  test('is followed live in the panel, which says who runs it, and is forked from there', async () => {
    const { id, panel, terminal } = await busySession('Followed');
    try {
      const bar = panel.frame.getByRole('region', { name: /^This session is running in a terminal/ });
      await bar.waitFor();
      assert.match(await bar.innerText(), new RegExp(`process ${String(terminal.pid)}|pid ${String(terminal.pid)}|skein`));
      assert.equal(await panel.composer.count(), 0);
      await panel.prompts.filter({ hasText: '/slow 60' }).waitFor();
      await panel.answers.filter({ hasText: 'word 3.' }).waitFor();

      await bar.locator('vscode-button', { hasText: 'Fork' }).click();
      const fork = await until('the fork', async () => (await listed(host())).find(({ parent_id: parent }) => parent === id));
      assert.notEqual(fork.id, id);
      const own = await ChatPanel.find(host().window, fork.title);
      await own.composer.waitFor();
      assert.equal(await own.frame.getByRole('region', { name: /^This session is running/ }).count(), 0);
    } finally {
      terminal.kill('SIGINT');
      await terminal.ended;
    }
  });

  test('is taken over with one press, and is the panel’s to write in', async () => {
    const { id, panel, terminal } = await busySession('Taken over');
    try {
      const take = panel.frame.locator('vscode-button', { hasText: 'Take over' });
      await take.focus();
      await take.press('Enter');
      const { code, stderr } = await terminal.ended;
      assert.notEqual(code, 0);
      assert.match(stderr, /taken over by vscode/);
      await panel.composer.waitFor();
      await panel.ask('What is 6 * 7?');
      await panel.answers.filter({ hasText: '42' }).waitFor();
      const kept = await request(host(), 'sessions/history', { folder: host().workspace, id });
      assert.deepEqual(
        kept.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? entry.message.content : [])).length,
        3,
      );
    } finally {
      terminal.kill('SIGKILL');
    }
  });
});

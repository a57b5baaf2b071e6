import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { ChatPanel } from '../support/chatPanel.js';
import { hostForFile } from '../support/host.js';
import { listed, request, startSession } from '../support/hostSessions.js';
import { findProcesses, isAlive } from '../support/processList.js';
import { skein } from '../support/skeinCli.js';
import { until } from '../support/until.js';
import type { Workbench } from '../support/workbench.js';

const view = 'Sessions';
const host = hostForFile();

/** The session servers of this VS Code, one a window. */
const servers = (): Promise<number[]> => findProcesses(host().server.extensionsDir, 'dist/server.js');

/** Kills the only server, and gives the pid that it had. */
async function killServer(): Promise<number> {
  const [pid] = await servers();
  assert.ok(pid, 'a server runs');
  process.kill(pid, 'SIGKILL');
  await until('the end of the server', () => !isAlive(pid));
  return pid;
}

const replaced = (old: number): Promise<number> =>
  until('another server', async () => (await servers()).find((pid) => pid !== old && isAlive(pid)));

/** A panel that comes up late takes the focus, and a list to choose from closes then: one asks for it again. */
async function openToTheSide(window: Workbench, title: string): Promise<void> {
  await until(`${title} to the side`, async () => {
    await window.runCommand('Skein: Open to the Side');
    try {
      await window.quickRow(title).first().click({ timeout: 5000 });
      await window.quickInput.locator('.monaco-button', { hasText: 'OK' }).click({ timeout: 5000 });
      return true;
    } catch (error) {
      if (await window.quickInput.isVisible()) throw error;
      return false;
    }
  });
}

/** The session's panel, shown, with its conversation. */
async function isUp(window: Workbench, title: string): Promise<void> {
  await window.editorTab(title).click();
  await (await ChatPanel.find(window, title)).prompts.filter({ hasText: title }).waitFor();
}

describe('the session server', () => {
  test('killed, it is started again: tree and panel recover by themselves', async () => {
    const { window, workspace, home } = host();
    const { id } = await startSession(host(), 'What is 6 * 7?', { title: 'Lives on' });
    await window.openContainer('Skein');
    await window.treeRow(view, 'Lives on').click();
    const panel = await ChatPanel.find(window, 'Lives on');
    await panel.send('/slow 60');
    await panel.answers.filter({ hasText: 'word 3' }).waitFor();
    // What streams is written down twice a second at most: the last words before a crash can be lost.
    const partial = path.join(workspace, '.skein/sessions', id, 'partial.jsonl');
    await until('the partial answer on the disk', async () => (await fs.readFile(partial, 'utf8')).includes('word 3'));

    await replaced(await killServer());

    // The panel shows what streamed, and goes on when asked to.
    await panel.frame.getByText('The turn was interrupted').waitFor();
    await panel.answers.filter({ hasText: 'word 3' }).waitFor();
    await panel.ask('What is 6 * 9?');
    await panel.answers.filter({ hasText: '54' }).waitFor();
    // The tree still lists, and still follows what others do.
    await skein(['sessions', 'rename', id, 'Lives on, renamed'], { cwd: workspace, home });
    await window.treeRow(view, 'Lives on, renamed').first().waitFor();
    await panel.title.filter({ hasText: 'Lives on, renamed' }).waitFor();
  });

  test('killed six times in three minutes, it stays down until a click on the row that says so', async () => {
    const { window } = host();
    await window.openContainer('Skein');
    await startSession(host(), 'hello', { title: 'Stays in sight' });
    await window.treeRow(view, 'Stays in sight').waitFor();
    // A restart on the person's word begins the count anew.
    const [old = 0] = await servers();
    await window.runCommand('Skein: Restart Session Server');
    await replaced(old);
    await until('the end of the old server', () => !isAlive(old));
    for (let kill = 1; kill <= 5; kill++) await replaced(await killServer());
    await killServer();
    const row = window.treeRow(view, 'The session server stopped');
    await row.waitFor();
    assert.deepEqual(await servers(), []);
    // What was known stays on the screen.
    await window.treeRow(view, 'Stays in sight').waitFor();
    assert.equal(await window.toast(/connection/i).count(), 0, 'what the library says about it is no news for a person');
    await row.click();
    await row.waitFor({ state: 'detached' });
    await until('the server', async () => (await servers()).length === 1);
    assert.ok((await listed(host())).some(({ title }) => title === 'Stays in sight'));
  });

  test('five sessions that are open are open again after a reload', async () => {
    const { window } = host();
    await window.runCommand('View: Close All Editors');
    const titles = ['First', 'Second', 'Third', 'Fourth', 'Fifth'].map((word) => `${word} of five`);
    for (const title of titles) {
      await startSession(host(), `${title}: what is 6 * 7?`, { title });
      await window.treeRow(view, title).waitFor();
      await openToTheSide(window, title);
      await window.editorTab(title).waitFor();
      await window.runCommand('View: Join All Editor Groups');
      // A panel that never came up has nothing to be restored by.
      await (await ChatPanel.find(window, title)).prompts.filter({ hasText: title }).waitFor();
    }
    // Joining the groups moved panels, which are made anew then.
    for (const title of titles) await isUp(window, title);
    await window.reload();
    for (const title of titles) await isUp(window, title);
    const recent = await request(host(), 'sessions/recent', { folder: host().workspace });
    assert.deepEqual(recent.map(({ title }) => title).sort(), [...titles].sort());
  });

  test('it ends when its window does', async () => {
    const { window } = host();
    const before = await until('the server', async () => {
      const found = await servers();
      return found.length > 0 && found;
    });
    // A person closes the tab: VS Code's own goodbye runs, as it does not when the page is just dropped.
    await window.page.goto('about:blank');
    for (const pid of before) await until(`the end of server ${String(pid)}`, () => !isAlive(pid));
  });
});

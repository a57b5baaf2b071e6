import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { ChatPanel } from '../support/chatPanel.js';
import { hostForFile } from '../support/host.js';
import { request } from '../support/hostSessions.js';
import { findProcesses } from '../support/processList.js';
import type { Workbench } from '../support/workbench.js';

const view = 'Sessions';
/** Trust is asked for here, and no folder is trusted yet. */
const host = hostForFile({ workspaceTrust: true });

const welcome = (window: Workbench) => window.page.locator('.sidebar .welcome-view-content');

async function emptyFolder(name: string): Promise<string> {
  const folder = path.join(path.dirname(host().workspace), name);
  await fs.mkdir(folder, { recursive: true });
  return folder;
}

/** Clicks through VS Code's own trust editor. */
async function trust(window: Workbench): Promise<void> {
  await window.runCommand('Workspaces: Manage Workspace Trust');
  await window.page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click();
  await window.page.locator('.workspace-trust-editor.trusted, .workspace-trust-header.workspace-trust-trusted').first().waitFor();
}

describe('what the Sessions view says', () => {
  test('in a folder that is not trusted: sessions are read, nothing is started', async () => {
    const { window, workspace } = host();
    await window.openContainer('Skein');
    await window.treeRow(view, 'fix the bug in auth.go').first().waitFor();
    await window.page.locator('.sidebar', { hasText: 'This folder is not trusted.' }).waitFor();
    await window.treeRow(view, 'fix the bug in auth.go').first().click();
    const panel = await ChatPanel.find(window, 'fix the bug in auth.go');
    await panel.frame.getByText('This folder is not trusted.').waitFor();
    assert.equal(await panel.composer.isDisabled(), true);
    const { id } = await request(host(), 'sessions/create', { folder: workspace, backend: 'demo', title: 'Not started' });
    await assert.rejects(request(host(), 'turn/start', { folder: workspace, id, content: [{ type: 'text', text: 'hello' }] }), /trust/i);
    assert.deepEqual(await findProcesses(host().server.extensionsDir, 'demoAgent.js'), []);
  });

  test('trusted, it goes on without a reload', async () => {
    const { window } = host();
    await trust(window);
    await window.editorTab('fix the bug in auth.go').click();
    await window.page.locator('.sidebar', { hasText: 'This folder is not trusted.' }).waitFor({ state: 'detached' });
    const panel = await ChatPanel.find(window, 'fix the bug in auth.go');
    await panel.frame.getByText('This folder is not trusted.').waitFor({ state: 'detached' });
    assert.equal(await panel.composer.isDisabled(), false);
    await window.treeRow(view, 'Not started').first().click();
    await (await ChatPanel.find(window, 'Not started')).ask('What is 6 * 7?');
  });

  test('without sessions and without an agent: how to get one, and the demo beside it', async () => {
    const window = await host().openWindow({ folder: await emptyFolder('empty') });
    try {
      await window.openContainer('Skein');
      await welcome(window).filter({ hasText: 'This folder is not trusted.' }).waitFor();
      await trust(window);
      await welcome(window).filter({ hasText: 'No agent is installed.' }).waitFor();
      await welcome(window).locator('a', { hasText: 'Try the built-in demo agent' }).click();
      const panel = await ChatPanel.find(window, 'New session');
      await panel.ask('hello');
      await window.treeRow(view, 'hello').first().waitFor();
      await welcome(window).waitFor({ state: 'hidden' });
    } finally {
      await window.close();
    }
  });

  test('without sessions, with an agent: New Session', async () => {
    const program = path.join(host().home, '.local/bin/opencode');
    await fs.mkdir(path.dirname(program), { recursive: true });
    await fs.writeFile(program, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const window = await host().openWindow({ folder: await emptyFolder('agent') });
    try {
      await window.openContainer('Skein');
      await trust(window);
      await welcome(window).filter({ hasText: 'Sessions with your agents will be listed here.' }).waitFor();
      await welcome(window).locator('.monaco-button', { hasText: 'New Session' }).click();
      await window.quickRow('OpenCode').waitFor();
      await window.page.keyboard.press('Escape');
    } finally {
      await fs.rm(program);
      await window.close();
    }
  });

  test('without a folder: to open one', async () => {
    const window = await host().openWindow({ folder: await emptyFolder('none') });
    try {
      await window.page.goto(`${host().server.url}/?ew=true`);
      await window.untilReady();
      await window.openContainer('Skein');
      await welcome(window).filter({ hasText: 'Open a folder to see the sessions of your agents in it' }).waitFor();
      await welcome(window).locator('.monaco-button', { hasText: 'Open Folder' }).waitFor();
      assert.equal(await window.treeRows(view).count(), 0);
    } finally {
      await window.close();
    }
  });
});

import assert from 'node:assert/strict';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { ClaudeStore } from '../support/claudeStore.js';
import { hostForFile } from '../support/host.js';
import { listed } from '../support/hostSessions.js';
import { until } from '../support/until.js';

const id = 'claude:dddddddd-0000-4000-8000-000000000001';
let gone = '';

const host = hostForFile({
  viewport: { width: 1280, height: 900 },
  prepare: ({ workspace, home }) => {
    gone = path.join(path.dirname(workspace), 'old-name');
    const claude = new ClaudeStore(home);
    claude.session(id.slice('claude:'.length), [claude.prompt('a', 'Before the move', { cwd: path.join(gone, 'src') })]);
    return Promise.resolve();
  },
});

describe('a folder that was moved', () => {
  test('its sessions are linked to where it is now, after a preview, and Undo takes it back', async () => {
    const { window, workspace } = host();
    const workdir = async (): Promise<string | undefined> => (await listed(host())).find((row) => row.id === id)?.workdir;
    assert.equal(await workdir(), undefined);
    await window.runCommand('Skein: Relink Sessions of a Moved Folder…');
    await window.quickRow(path.join(gone, 'src')).click();
    // A webview takes the focus back late; a click beside is as good.
    const beside = () => window.page.locator('.part.editor').click({ position: { x: 20, y: 400 } });
    await window.quickRow('It is myapp now').waitFor();
    await beside();
    await window.quickRow('It is myapp now').click();
    await window.quickRow('Before the move').waitFor();
    await beside();
    assert.equal(await workdir(), undefined, 'the preview changes nothing');
    await window.quickRow('Link 1 session').click();
    assert.equal(await until('its new folder', workdir), workspace);
    await window.page.getByRole('button', { name: 'Undo' }).last().click();
    await until('that it is back', async () => (await workdir()) === undefined);
  });
});

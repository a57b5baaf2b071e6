import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ChatPanel } from '../support/chatPanel.js';
import { hostForFile } from '../support/host.js';
import { request, startSession } from '../support/hostSessions.js';
import { until } from '../support/until.js';

const view = 'Sessions';
const demo = fileURLToPath(new URL('../../dist/demoAgent.js', import.meta.url));

/** A second agent: the demo's program under another name. */
const host = hostForFile({
  prepare: async ({ home }) => {
    await fs.mkdir(path.join(home, '.skein'), { recursive: true });
    const agents = { mine: { command: process.execPath, args: [demo] } };
    await fs.writeFile(path.join(home, '.skein', 'config.yaml'), JSON.stringify({ agents }));
  },
});

const get = (id: string) => request(host(), 'sessions/get', { folder: host().workspace, id });

/** A session with one answer of the demo, open in the panel. */
async function openNew(title: string): Promise<{ readonly id: string; readonly panel: ChatPanel }> {
  const { window } = host();
  const { id } = await startSession(host(), 'hello', { title });
  await host().evaluate((api, ref) => api.commands.executeCommand('skein.openSession', ref), { folder: host().workspace, id });
  await window.editorTab(title).waitFor();
  return { id, panel: await ChatPanel.find(window, title) };
}

async function writersOf(id: string): Promise<readonly (string | undefined)[]> {
  const { entries } = await get(id);
  return entries.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'assistant' ? [entry.backend] : []));
}

describe('switching the agent', () => {
  test('from the foot of the composer: the next answer is the other one’s, and each says whose it is', async () => {
    const { window } = host();
    const { id, panel } = await openNew('Changes hands');
    const agent = panel.frame.locator('.composer-row [aria-label^="Agent:"]');
    assert.equal(await agent.getAttribute('aria-label'), 'Agent: Demo');
    await agent.click();
    await window.pick(/\bmine\b/);
    await window.pick('Default model');
    await panel.frame.locator('.composer-row [aria-label="Agent: mine"]').waitFor();
    assert.equal((await get(id)).row.backend, 'mine');
    await panel.ask('What is 6 * 7?');
    await panel.answers.filter({ hasText: '42' }).waitFor();
    assert.deepEqual(await writersOf(id), ['demo', 'mine']);
    assert.match(await panel.foot.first().innerText(), /^Demo \(demo\)/m);
    assert.match(await panel.foot.last().innerText(), /^mine\b/m);
  });

  test('from the menu of a session in the tree, with a model that is typed', async () => {
    const { window } = host();
    await window.openContainer('Skein');
    const { id } = await openNew('Is given away');
    await window.treeRow(view, 'Is given away').first().waitFor();
    await window.contextAction(view, 'Is given away', 'Switch Agent…');
    await window.pick(/\bmine\b/);
    await window.pick('Other model…');
    await window.answer('large');
    await until('the other agent', async () => (await get(id)).row.backend === 'mine');
    assert.equal((await get(id)).row.settings.model, 'large');
  });
});

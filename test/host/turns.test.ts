import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { textOf } from '../../src/model/contentText.js';
import type { SessionRecord } from '../../src/model/record.js';
import { ChatPanel } from '../support/chatPanel.js';
import { hostForFile } from '../support/host.js';
import { listed, request, startSession } from '../support/hostSessions.js';
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

const promptsOf = async (id: string): Promise<readonly string[]> =>
  (await get(id)).entries.flatMap((entry) =>
    entry.type === 'message' && entry.message.role === 'user' ? [textOf(entry.message.content)] : [],
  );

describe('one conversation in VS Code', () => {
  test('typed, streamed, allowed, stopped, tried again, handed on, forked, and found after a reload in the middle', async () => {
    const { window, workspace } = host();
    const { id, panel } = await openNew('A whole day');
    await panel.send('/slow 2');
    await panel.frame.locator('.answer.live', { hasText: 'word 1' }).waitFor();
    await panel.answers.filter({ hasText: 'That was the slow part.' }).waitFor();

    await panel.send('/write note.md agreed');
    await panel.request.waitFor();
    await panel.button('Allow once').click();
    await panel.frame.getByText('Allowed once').waitFor();
    await panel.answers.filter({ hasText: 'I wrote' }).waitFor();
    assert.equal(await fs.readFile(path.join(workspace, 'note.md'), 'utf8'), 'agreed\n');

    await panel.send('/slow 600');
    await panel.frame.locator('.answer.live', { hasText: 'word 3' }).waitFor();
    await panel.button('Stop (Esc)').click();
    await panel.foot.filter({ hasText: 'stopped' }).waitFor();
    await panel.state.filter({ hasText: 'Ready' }).waitFor();

    await panel.ask('/fail the cable is out');
    const before = await promptsOf(id);
    await panel.frame.getByRole('alert').filter({ hasText: 'the cable is out' }).locator('vscode-button', { hasText: 'Try again' }).click();
    const failures = async (): Promise<number> =>
      (await get(id)).entries.filter((entry) => entry.type === 'message' && entry.stop_reason === 'error').length;
    await until('the second try', async () => (await failures()) === 2 && !(await get(id)).running);
    assert.deepEqual(await promptsOf(id), before, 'the prompt is not doubled');
    await panel.state.filter({ hasText: 'Failed' }).waitFor();

    await panel.frame.locator('.composer-row [aria-label^="Agent:"]').click();
    await window.pick(/\bmine\b/);
    await window.pick('Default model');
    await panel.frame.locator('.composer-row [aria-label="Agent: mine"]').waitFor();
    await panel.ask('What is 6 * 7?');
    await panel.answers.filter({ hasText: 'is 42' }).waitFor();
    assert.equal((await writersOf(id)).at(-1), 'mine');

    const sum = panel.frame.locator('.segment', { hasText: 'What is 6 * 7?' }).first();
    await sum.hover();
    await sum.locator('.foot vscode-button[aria-label="Fork from here"]').click();
    const fork = await until('the fork', async () => (await listed(host())).find((row) => row.parent_id === id));
    const forked = await ChatPanel.find(window, fork.title);
    await until('the fork in the panel', async () => (await forked.state.innerText()).includes('Ready'));
    await forked.send('/slow 500');
    const slow = ({ frame }: ChatPanel) => frame.locator('.segment', { hasText: '/slow 500' }).locator('.answer', { hasText: 'word 5' });
    await slow(forked).waitFor();
    await window.reload();
    const restored = await ChatPanel.find(window, fork.title);
    await slow(restored).waitFor();
    await restored.button('Try again').first().waitFor();
    assert.deepEqual(await promptsOf(fork.id), [...(await promptsOf(id)), '/slow 500']);
    const last = (await get(fork.id)).entries.findLast((entry) => entry.type === 'message');
    assert.deepEqual([last?.stop_reason, last?.backend], ['interrupted', 'mine']);
  });
});

describe('a prompt while a turn runs', () => {
  test('waits in the dock, can be taken back or written on, and goes when the turn is over', async () => {
    const { id, panel } = await openNew('Is busy');
    await panel.send('/slow 8');
    const queue = async (text: string): Promise<void> => {
      await panel.composer.fill(text);
      await panel.button('Queue (Enter)').waitFor();
      await panel.composer.press('Enter');
      await panel.frame.locator('.strip', { hasText: text }).waitFor();
    };
    await queue('taken back');
    await queue('What is 6 * 8?');
    const strip = (text: string) => panel.frame.locator('.strip', { hasText: text });
    await strip('taken back').locator('vscode-button[aria-label="Remove from the queue"]').click();
    await strip('taken back').waitFor({ state: 'detached' });
    await panel.answers.filter({ hasText: 'is 48' }).waitFor();
    await strip('What is').waitFor({ state: 'detached' });
    await until('the end', async () => !(await get(id)).running);
    assert.deepEqual(await promptsOf(id), ['hello', '/slow 8', 'What is 6 * 8?']);
  });

  test('steers it with Ctrl+Enter: what was said so far is kept', async () => {
    const { id, panel } = await openNew('Is steered');
    await panel.send('/slow 600');
    await panel.answers.filter({ hasText: 'word 3' }).waitFor();
    await panel.composer.fill('What is 6 * 9?');
    await panel.composer.press('Control+Enter');
    await panel.answers.filter({ hasText: 'is 54' }).waitFor();
    await until('the end', async () => !(await get(id)).running);
    const answers = (await get(id)).entries.flatMap((entry) =>
      entry.type === 'message' && entry.message.role === 'assistant' ? [entry] : [],
    );
    assert.deepEqual(
      answers.map((entry) => entry.stop_reason),
      ['end_turn', 'cancelled', 'end_turn'],
    );
    assert.match(JSON.stringify(answers[1]?.message.content), /word 3/);
  });
});

describe('commands in the composer', () => {
  test('one of Skein’s is completed and run, and its answer shown; the agent’s own goes to the agent', async () => {
    const { id, panel } = await openNew('Is commanded');
    await panel.composer.focus();
    await panel.composer.pressSequentially('/mode');
    const list = panel.frame.getByRole('listbox', { name: 'Commands' });
    await list.getByRole('option', { name: /^\/mode / }).waitFor();
    await panel.composer.press('Tab');
    await panel.composer.pressSequentially('pl');
    await list.getByRole('option', { name: 'plan' }).waitFor();
    await panel.composer.press('Enter');
    assert.equal(await panel.composer.inputValue(), '/mode plan');
    await panel.composer.press('Enter');
    await panel.frame.getByRole('group', { name: '/mode plan' }).getByText('plan').last().waitFor();
    assert.equal((await get(id)).row.settings.permission_mode, 'plan');
    await panel.ask('/think about it');
    assert.deepEqual(await promptsOf(id), ['hello', '/think about it']);
    assert.equal(await panel.frame.getByRole('group', { name: '/mode plan' }).count(), 0);
  });
});

describe('files and sessions that a prompt names', () => {
  test('are offered after an @, in a session and on the empty page, and go along', async () => {
    const { window, workspace } = host();
    await fs.mkdir(path.join(workspace, 'notes'), { recursive: true });
    await fs.writeFile(path.join(workspace, 'notes', 'tide.md'), 'high tide at noon\n');
    const { id: other } = await startSession(host(), 'hello', { title: 'About the moon' });
    const { id, panel } = await openNew('Names things');
    const complete = async (typed: string, label: string): Promise<void> => {
      await panel.composer.focus();
      await panel.composer.pressSequentially(typed);
      const list = panel.frame.getByRole('listbox', { name: 'Files and sessions' });
      await list.getByRole('option', { selected: true }).filter({ hasText: label }).waitFor();
      await panel.composer.press('Enter');
    };
    await complete('Read @no', 'notes/');
    await complete('', 'notes/tide.md');
    await complete('as in @session:moon', 'About the moon');
    const prompt = `Read @notes/tide.md as in @session:${other.slice(0, 12)}`;
    assert.equal(await panel.composer.inputValue(), `${prompt} `);
    await panel.ask(prompt);
    const sent = (await get(id)).entries.findLast((entry) => entry.type === 'message' && entry.message.role === 'user');
    const blocks = sent?.type === 'message' ? sent.message.content.slice(1) : [];
    assert.deepEqual(
      blocks.map((block) => (block.type === 'resource' ? block.title : block.type)),
      ['notes/tide.md', 'session "About the moon"'],
    );

    await host().evaluate((api, agent) => api.commands.executeCommand('skein.newSession', agent), 'demo');
    const empty = await ChatPanel.find(window, 'New session');
    await empty.composer.pressSequentially('@notes/');
    await empty.frame.getByRole('option', { name: 'notes/tide.md' }).waitFor();
  });
});

describe('the mode at the foot of the composer', () => {
  const mode = ({ frame }: ChatPanel) => frame.locator('.composer-row [aria-label^="Mode:"]');
  const chosen = async (panel: ChatPanel, label: string): Promise<void> => {
    await mode(panel).click();
    await panel.frame.getByRole('listbox', { name: 'Mode' }).getByRole('option', { name: label }).click();
    await panel.frame.locator(`.composer-row [aria-label="Mode: ${label}"]`).waitFor();
  };

  test('is kept with the session, a looser one with the person alone, and holds after a reload', async () => {
    const { window, workspace, home } = host();
    const { id, panel } = await openNew('Is trusted');
    assert.equal(await mode(panel).getAttribute('aria-label'), 'Mode: Ask first');
    await chosen(panel, 'Edit freely');
    await until('the mode', async () => (await get(id)).row.settings.permission_mode === 'accept_edits');
    const record = await fs.readFile(path.join(workspace, '.skein', 'sessions', `${id}.json`), 'utf8');
    assert.equal((JSON.parse(record) as SessionRecord).settings.permission_mode, undefined, 'a folder can only tighten');
    assert.match(
      await fs.readFile(path.join(home, '.skein', 'trust.json'), 'utf8'),
      new RegExp(`"${id}": \\{\\s*"permission_mode": "accept_edits"`),
    );

    await window.reload();
    const restored = await ChatPanel.find(window, 'Is trusted');
    await restored.frame.locator('.composer-row [aria-label="Mode: Edit freely"]').waitFor();
    await restored.ask('/write unasked.md quietly');
    assert.equal(await fs.readFile(path.join(workspace, 'unasked.md'), 'utf8'), 'quietly\n');

    await chosen(restored, 'Ask first');
    await restored.send('/write asked.md loudly');
    await restored.request.waitFor();
    await restored.button('Deny').click();
    await restored.state.filter({ hasText: 'Ready' }).waitFor();
    assert.doesNotMatch(await fs.readFile(path.join(home, '.skein', 'trust.json'), 'utf8'), new RegExp(id));
  });
});

describe('how much the agent thinks', () => {
  test('is chosen at the foot of the composer from what the agent offers, and kept with the session', async () => {
    const { window } = host();
    const { id, panel } = await openNew('Is thought about');
    const thinking = panel.frame.locator('.composer-row [aria-label^="Thinking:"]');
    await thinking.click();
    const list = panel.frame.getByRole('listbox', { name: 'Thinking' });
    assert.deepEqual(await list.getByRole('option').allInnerTexts(), ['Default', 'Off', 'Low', 'High']);
    await list.getByRole('option', { name: 'High' }).click();
    await until('the level', async () => (await get(id)).row.settings.thinking_level === 'high');
    await panel.ask('What is 6 * 7?');
    assert.ok((await get(id)).entries.some(({ type }) => type === 'thinking'));
    // A new window knows what the agent told the former one, and the session what was chosen.
    await window.reload();
    const restored = await ChatPanel.find(window, 'Is thought about');
    await restored.frame.locator('.composer-row [aria-label="Thinking: High"]').click();
    await restored.frame.getByRole('listbox', { name: 'Thinking' }).getByRole('option', { name: 'Default' }).click();
    await until('the default', async () => (await get(id)).row.settings.thinking_level === undefined);
  });
});

describe('permission rules', () => {
  test('that a person made are shown, and taken back: the agent asks again', async () => {
    const { window, workspace } = host();
    const rules = () => request(host(), 'rules/list', { folder: workspace });
    await window.runCommand('Skein: Permission Rules…');
    await window.page.locator('.quick-input-widget input[placeholder^="No rules"]').waitFor();
    await window.page.keyboard.press('Escape');
    const { panel } = await openNew('Makes a rule');
    const write = async (name: string): Promise<void> => panel.send(`/write ${name} text`);
    await write('rule-1.md');
    await panel.request.waitFor();
    await panel.button('Always allow').click();
    await panel.answers.filter({ hasText: 'rule-1.md' }).waitFor();
    await panel.ask('/write rule-2.md text');
    assert.equal((await rules()).length, 1);

    await window.runCommand('Skein: Permission Rules…');
    await window.pick(/Demo may edit files.*in session “Makes a rule”/);
    await window.pick('Keep it');
    assert.equal((await rules()).length, 1);
    await window.runCommand('Skein: Permission Rules…');
    await window.pick(/Demo may edit files/);
    await window.pick('Take it back');
    await window.toast('Taken back: Skein asks you again.').waitFor();
    assert.deepEqual(await rules(), []);
    // The demo remembers it too, for as long as its process lives.
    await host().evaluate((api, command) => api.commands.executeCommand(command), 'skein.restartServer');
    await panel.state.filter({ hasText: 'Ready' }).waitFor();
    await write('rule-3.md');
    await panel.request.waitFor();
    await panel.button('Deny').click();
    await panel.state.filter({ hasText: 'Ready' }).waitFor();
  });
});

describe('the settings of a session', () => {
  test('are a form in the menu of its panel, and kept; a looser mode with the person alone', async () => {
    const { window, workspace, home } = host();
    // Its models are known from its first turn on.
    await startSession(host(), 'hello', { title: 'Tells its models', backend: 'mine' });
    const { id, panel } = await openNew('Has settings');
    await window.page.locator('.editor-group-container .editor-actions [aria-label^="More Actions"]').first().click();
    await window.chooseMenuItem('Session Settings…');
    const form = panel.frame.getByRole('dialog', { name: 'Session settings' });
    await form.waitFor();
    const field = (name: string | RegExp) => form.getByRole('textbox', { name });
    await form.locator('vscode-text-field[aria-label="Title"]:focus').waitFor();
    const choose = async (name: string, choice: string): Promise<void> => {
      await form.getByRole('button', { name: `${name}: ` }).click();
      await form.getByRole('listbox', { name }).getByRole('option', { name: choice }).click();
    };
    await field('Title').fill('Is set');
    await field(/^Tags/).fill('one, two');
    await choose('Agent', 'mine');
    await choose('Model', 'Demo, terse');
    await field(/^Models to go on with/).fill('demo');
    await choose('Thinking', 'Low');
    await choose('Mode', 'Never ask');
    await form.getByText('Looser than asking').waitFor();
    await form.getByRole('checkbox', { name: 'Show what tools put out' }).click();
    await form.getByRole('checkbox', { name: /^Refuse/ }).click();
    await form.locator('vscode-button', { hasText: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    const { row } = await get(id);
    assert.deepEqual([row.title, row.tags, row.backend], ['Is set', ['one', 'two'], 'mine']);
    assert.deepEqual(row.settings, {
      ...{ model: 'demo-terse', fallbacks: ['demo'], thinking_level: 'low', permission_mode: 'auto' },
      ...{ verbose: true, send_policy: 'refuse' },
    });
    const record = JSON.parse(await fs.readFile(path.join(workspace, '.skein', 'sessions', `${id}.json`), 'utf8')) as SessionRecord;
    assert.equal(record.settings.permission_mode, undefined);
    assert.match(await fs.readFile(path.join(home, '.skein', 'trust.json'), 'utf8'), new RegExp(id));
    await panel.frame.locator('.composer-row [aria-label="Mode: Never ask"]').waitFor();
    await panel.title.filter({ hasText: 'Is set' }).waitFor();
  });
});

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
    await panel.answers.filter({ hasText: 'is 42' }).waitFor();
    assert.deepEqual(await writersOf(id), ['demo', 'mine']);
    assert.match(await panel.foot.first().innerText(), /^Demo \(demo\)/m);
    assert.match(await panel.foot.last().innerText(), /^mine\b/m);
  });

  test('to a model that the agent has told of, and back to its own', async () => {
    const { window, workspace } = host();
    const { id } = await startSession(host(), 'hello', { title: 'Has a choice of models', backend: 'mine' });
    await host().evaluate((api, ref) => api.commands.executeCommand('skein.openSession', ref), { folder: workspace, id });
    const panel = await ChatPanel.find(window, 'Has a choice of models');
    const choose = async (model: string): Promise<void> => {
      await panel.frame.locator('.composer-row [aria-label^="Agent:"]').click();
      await window.pick(/\bmine\b/);
      await window.pick(model);
    };
    await choose('Demo, terse');
    await until('the model', async () => (await get(id)).row.settings.model === 'demo-terse');
    await panel.frame.locator('.composer-row [aria-label="Model: Demo, terse"]').waitFor();
    await choose('Default model');
    await until('its own', async () => (await get(id)).row.settings.model === undefined);
    await panel.frame.locator('.composer-row [aria-label="Model: Default model"]').waitFor();
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

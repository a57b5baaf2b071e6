import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import type { SessionRow } from '../../src/model/row.js';
import { ChatPanel } from '../support/chatPanel.js';
import { hostForFile } from '../support/host.js';
import { listed, request, startSession } from '../support/hostSessions.js';
import { skein } from '../support/skeinCli.js';
import { until } from '../support/until.js';
import type { Workbench } from '../support/workbench.js';

const demoAgent = fileURLToPath(new URL('../../dist/demoAgent.js', import.meta.url));
const view = 'Sessions';
const made = 'Made in the terminal';

const host = hostForFile({
  viewport: { width: 1280, height: 1100 },
  prepare: async ({ workspace, home }) => {
    // An agent beside the demo, so that there is a model to choose: the demo's own program under another name.
    const program = path.join(home, '.local/bin/opencode');
    await fs.mkdir(path.dirname(program), { recursive: true });
    await fs.writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${demoAgent}'\n`, { mode: 0o755 });
    await skein(['--backend', 'demo', '--title', made, '--tag', 'early', 'What is 6 * 7?'], { cwd: workspace, home });
  },
});

/** The Sessions view, open and filled. */
async function openTree(): Promise<Workbench> {
  const { window } = host();
  await window.openContainer('Skein');
  // Rows that move under the mouse would show their hovers over the others.
  await window.page.mouse.move(0, 0);
  await window.treeRow(view, made).first().waitFor();
  return window;
}

const row = (title: string | RegExp): Locator => host().window.treeRow(view, title).first();
const description = (of: Locator): Promise<string> => of.locator('.label-description').innerText();
const labels = (of: Locator): Promise<string[]> => of.locator('.label-name').allInnerTexts();

/** Selects without opening, as one does before F2 or Delete. */
async function select(...titles: readonly string[]): Promise<void> {
  const { window } = host();
  await window.page.keyboard.press('Escape');
  await window.settled(view);
  for (const [index, title] of titles.entries()) {
    if (index === 0) await deselect(window);
    await row(title).click({ modifiers: ['ControlOrMeta'] });
  }
  await window.page.mouse.move(0, 0);
  await until('the selection', async () => (await selected()).length === titles.length);
}

/** A heading takes the selection; the next Ctrl+click takes it from there. */
async function deselect(window: Workbench): Promise<void> {
  for (const one of await window.treeRows(view).and(window.page.locator('[aria-selected="true"]')).all()) {
    await one.click({ modifiers: ['ControlOrMeta'] });
  }
}

const selected = (): Promise<string[]> => labels(host().window.treeRows(view).and(host().window.page.locator('[aria-selected="true"]')));

/** The session of that title, as VS Code lists it now. */
const session = async (title: string): Promise<SessionRow | undefined> =>
  (await listed(host())).find((one) => one.title === title && one.parent_id === undefined);

async function known(title: string): Promise<SessionRow> {
  const found = await session(title);
  assert.ok(found, `${title} is listed`);
  return found;
}

describe('the Sessions tree', () => {
  test('shows what a source and the terminal have, under the day it was used', async () => {
    const window = await openTree();
    assert.match(await description(row('fix the bug in auth.go')), /^clinvk · \d+m · 7k$/);
    assert.match(await description(row(made)), /^(now|\d+m) · \d+$/);
    await window
      .treeRow(view, /^(Today|Yesterday)$/)
      .first()
      .waitFor();
  });

  test('has its actions on the rows', async () => {
    const window = await openTree();
    const actions = async (title: string): Promise<(string | undefined)[]> => {
      await row(title).hover();
      const found = row(title).locator('.actions .action-label');
      await found.first().waitFor();
      const names = await Promise.all((await found.all()).map((action) => action.getAttribute('aria-label')));
      return names.map((name) => name?.replace(/ \(.*\)$/, ''));
    };
    assert.deepEqual(await actions(made), ['Pin', 'Resume Session', 'Fork Session', 'Delete']);
    assert.deepEqual(await actions('fix the bug in auth.go'), ['Resume Session', 'Fork Session', 'Delete']);
    await window.page.mouse.move(0, 0);
  });

  test('New Session asks for the agent and its model', async () => {
    const window = await openTree();
    await window.titleAction(view, 'New Session…');
    await window.quickRow('Demo').waitFor();
    await window.pick('OpenCode');
    await window.pick('Other model…');
    await window.answer('demo-terse');
    await (await ChatPanel.find(window, 'New session')).ask('What can you do?');
    await row('What can you do').waitFor();
    const started = await until('the session', () => session('What can you do'));
    assert.equal(started.backend, 'opencode');
    assert.equal(started.settings.model ?? started.model, 'demo-terse');
  });

  test('a fork stands under its parent', async () => {
    const window = await openTree();
    await window.inlineAction(view, made, 'Fork Session');
    const fork = await until('the fork', async () =>
      (await listed(host())).find(({ parent_id: parent, source }) => parent && source === 'skein'),
    );
    assert.equal((await known(made)).id, fork.parent_id);
    // It is shown by itself: its parent opens.
    const child = window.treeRows(view).and(window.page.locator('[aria-level="3"]')).first();
    await child.waitFor();
    assert.equal((await labels(child))[0], fork.title);
    await window.webview((frame) => frame.getByText('What is 6 * 7?'));
  });

  test('from the palette, the session in the panel stands first, and what only ours have is for ours alone', async () => {
    const window = await openTree();
    await startSession(host(), 'hello', { title: 'Older, in the panel' });
    await startSession(host(), 'hello', { title: 'Newer' });
    await row('Newer').waitFor();
    await select('Older, in the panel');
    await window.page.keyboard.press('Enter');
    await window.editorTab('Older, in the panel').waitFor();
    const offered = async (command: string): Promise<string[]> => {
      let found: string[] = [];
      await window.ask(
        () => window.runCommand(command),
        async () => {
          await window.quickRow('Newer').waitFor({ timeout: 10_000 });
          found = await window.quickInput.locator('.quick-input-list .monaco-list-row').allInnerTexts();
        },
      );
      await window.page.keyboard.press('Escape');
      return found;
    };
    assert.match((await offered('Skein: Rename…'))[0] ?? '', /^Older, in the panel/);
    const pinnable = await offered('Skein: Pin');
    assert.match(pinnable[0] ?? '', /Older, in the panel/);
    assert.deepEqual(
      pinnable.filter((text) => text.includes('clinvk')),
      [],
    );
  });

  test('F2 renames', async () => {
    const window = await openTree();
    await startSession(host(), 'hello', { title: 'Before' });
    await row('Before').waitFor();
    await select('Before');
    await window.page.keyboard.press('F2');
    await window.answer('After');
    await row('After').waitFor();
    assert.equal(await window.treeRow(view, 'Before').count(), 0);
    const { title_source } = await known('After');
    assert.equal(title_source, 'user');
  });

  test('Delete deletes without a question, and Undo brings back', async () => {
    const window = await openTree();
    await startSession(host(), 'hello', { title: 'To be deleted' });
    await row('To be deleted').waitFor();
    const before = await known('To be deleted');
    await select('To be deleted');
    await window.page.keyboard.press('Delete');
    await row('To be deleted').waitFor({ state: 'detached' });
    await window.toastAction('Deleted “To be deleted”.', 'Undo');
    await row('To be deleted').waitFor();
    const after = await known('To be deleted');
    assert.deepEqual([after.id, after.token_usage, after.turn_count], [before.id, before.token_usage, before.turn_count]);
  });

  test('several are deleted at once, and come back at once', async () => {
    const window = await openTree();
    const titles = ['One of three', 'Two of three', 'Three of three'];
    for (const title of titles) await startSession(host(), 'hello', { title });
    for (const title of titles) await row(title).waitFor();
    await select(...titles);
    await window.page.keyboard.press('Delete');
    for (const title of titles) await row(title).waitFor({ state: 'detached' });
    await window.toast('3 sessions deleted.').waitFor();
    await window.runCommand('Skein: Undo Last Change');
    for (const title of titles) await row(title).waitFor();
  });

  test('pins, tags and archives', async () => {
    const window = await openTree();
    await startSession(host(), 'hello', { title: 'Organised' });
    await row('Organised').waitFor();
    await window.inlineAction(view, 'Organised', 'Pin');
    await row('Pinned').waitFor();
    await window.contextAction(view, 'Organised', 'Tag…');
    await window.answer('alpha, beta');
    await until('the tags', async () => (await session('Organised'))?.tags.join() === 'alpha,beta');
    assert.equal((await known('Organised')).pinned, true);
    await window.inlineAction(view, 'Organised', 'Unpin');
    await row('Pinned').waitFor({ state: 'detached' });
    await window.contextAction(view, 'Organised', 'Archive');
    await row('Organised').waitFor({ state: 'detached' });
    await window.runCommand('Skein: Undo Last Change');
    await row('Organised').waitFor();
  });

  test('a filter says how many it hides, and is cleared from the row that says it', async () => {
    const window = await openTree();
    const all = (await listed(host())).length;
    await window.titleAction(view, 'Filter Sessions…');
    // The label alone: VS Code keeps in a row, out of sight, what stood in it before.
    await window.quickInput
      .locator('.monaco-list-row .label-name', { hasText: /^codex$/i })
      .first()
      .click();
    await window.page.keyboard.press('Enter');
    const shown = (await listed(host())).filter(({ backend }) => backend === 'codex').length;
    const note = `${String(all - shown)} hidden by the filter`;
    await row(note).waitFor();
    assert.equal(await window.treeRow(view, made).count(), 0);
    await row('implement user registration').waitFor();
    await window.inlineAction(view, note, 'Clear Filter');
    await row(made).waitFor();
    assert.equal(await window.treeRow(view, /hidden by the filter/).count(), 0);
  });

  test('groups by agent, status and tag', async () => {
    const window = await openTree();
    for (const [by, heading] of [
      ['Agent', 'Codex'],
      ['Status', 'Completed'],
      ['Tag', 'bugfix'],
      ['Date', /^(Today|Yesterday)$/],
    ] as const) {
      await window.runCommand('Skein: Group Sessions by…');
      await window.pick(by);
      await window.treeRow(view, heading).and(window.page.locator('[aria-level="1"]')).first().waitFor();
    }
  });

  test('search finds words of answers and opens the session at the message', async () => {
    const window = await openTree();
    const { id } = await startSession(host(), '/flood 60\nThe first question', { title: 'A long one' });
    for (const text of ['Where does the zebra live?', '/flood 60\nThe third question', '/flood 60\nThe last question']) {
      await request(host(), 'turn/start', { folder: host().workspace, id, content: [{ type: 'text', text }] });
      await until('the answer', async () => !(await request(host(), 'sessions/get', { folder: host().workspace, id })).running);
    }
    await window.ask(
      () => window.titleAction(view, 'Search Sessions…'),
      async (input) => {
        await input.fill('zebra live');
        await window.quickRow('A long one').first().click({ timeout: 15_000 });
      },
    );
    const panel = await window.webview((frame) => frame.locator('.prompt', { hasText: 'zebra' }));
    const prompt = await panel.locator('.prompt', { hasText: 'zebra' }).boundingBox();
    const scroller = await panel.locator('.scroll').boundingBox();
    assert.ok(prompt && scroller, 'both are drawn');
    assert.ok(prompt.y >= scroller.y - 1 && prompt.y < scroller.y + scroller.height, 'the message is in sight');
  });

  test('follows the terminal, and keeps selection and expansion', async () => {
    const window = await openTree();
    const { workspace, home } = host();
    await window.expand(view, made);
    await select('After');
    const { id } = await known('To be deleted');
    await skein(['sessions', 'rename', id, 'Renamed in the terminal'], { cwd: workspace, home });
    await row('Renamed in the terminal').waitFor();
    await skein(['--backend', 'demo', '--title', 'New in the terminal', 'hello'], { cwd: workspace, home });
    await row('New in the terminal').waitFor();
    assert.deepEqual(await selected(), ['After']);
    assert.equal(await row(made).getAttribute('aria-expanded'), 'true');
    await skein(['sessions', 'delete', id], { cwd: workspace, home });
    await row('Renamed in the terminal').waitFor({ state: 'detached' });
  });

  test('shows damaged sessions for what they are', async () => {
    const window = await openTree();
    const { workspace } = host();
    await startSession(host(), 'hello', { title: 'To be damaged' });
    const { id } = await known('To be damaged');
    const folder = path.join(workspace, '.skein/sessions');
    await fs.writeFile(path.join(folder, `${id}.json`), '{"version": 1, "id": "');
    await fs.writeFile(path.join(folder, `${'a'.repeat(32)}.json`), 'not json at all');
    const newer = JSON.parse(await fs.readFile(path.join(folder, `${(await known(made)).id}.json`), 'utf8')) as object;
    const newerId = 'b'.repeat(32);
    await fs.writeFile(
      path.join(folder, `${newerId}.json`),
      JSON.stringify({ ...newer, id: newerId, version: 7, title: 'From the future' }),
    );
    await row('Health').waitFor();
    await row('Session aaaaaaaa')
      .locator('.label-description', { hasText: /^damaged/ })
      .waitFor();
    const damaged = row('From the future');
    await damaged.waitFor();
    assert.match(await description(damaged), /^newer version/);
    // Rows that still move take the hover with them.
    await until('its hover', async () => {
      await window.page.mouse.move(0, 0);
      await window.page.keyboard.press('Escape');
      return damaged
        .hover({ timeout: 5000 })
        .then(() => window.page.locator('.monaco-hover', { hasText: 'version 7' }).waitFor({ timeout: 5000 }))
        .then(
          () => true,
          () => false,
        );
    });
    await window.page.mouse.move(0, 0);
    await window.expand(view, 'Health');
    await window.expand(view, 'Skein');
    const problem = window.treeRows(view).filter({ hasText: `${'a'.repeat(32)}.json` });
    await problem.locator('.codicon-warning').waitFor();
    assert.deepEqual(await problem.locator('.label-name').innerText(), 'Damaged');
  });
});

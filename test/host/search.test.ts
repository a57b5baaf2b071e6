import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { hostForFile } from '../support/host.js';
import { listed } from '../support/hostSessions.js';
import { skein } from '../support/skeinCli.js';
import { until } from '../support/until.js';
import type { Workbench } from '../support/workbench.js';

const view = 'Sessions';
const [tagged, thanked] = ['A sum', 'Polite'];
/** Said by the demo agent to thanks, and in no prompt or title. */
const answered = 'welcome';

const host = hostForFile({
  viewport: { width: 1280, height: 1100 },
  prepare: async ({ workspace, home }) => {
    await skein(['--backend', 'demo', '--title', tagged, '--tag', 'early', 'What is 6 * 7?'], { cwd: workspace, home });
    await skein(['--backend', 'demo', '--title', thanked, 'thanks'], { cwd: workspace, home });
  },
});

async function openTree(): Promise<Workbench> {
  const { window } = host();
  await window.openContainer('Skein');
  await window.page.mouse.move(0, 0);
  return window;
}

const row = (title: string | RegExp): Locator => host().window.treeRow(view, title).first();
/** A saved search, with what it tells of itself. */
const search = (name: string, said: string): Locator =>
  row(name).filter({ has: host().window.page.locator('.label-description', { hasText: new RegExp(`^${said}$`) }) });
const input = (): Locator => host().window.quickInput.locator('input[type="text"]').first();
const settings = async (): Promise<unknown> =>
  (JSON.parse(await fs.readFile(path.join(host().workspace, '.vscode/settings.json'), 'utf8')) as Record<string, unknown>)[
    'skein.savedSearches'
  ];

/** Opens the question for the filter's text, as one does from the view's title. */
async function askFilter(action: 'Filter Sessions…' | 'Change Filter…'): Promise<void> {
  const { window } = host();
  await window.titleAction(view, action);
  const line = window.quickRow('Matching a search…');
  await line.waitFor();
  if (action === 'Filter Sessions…') await line.click();
  await window.page.keyboard.press('Enter');
  await window.quickInput.getByText('Words, "phrases" and fields').waitFor();
}

async function clearFilter(): Promise<void> {
  const { window } = host();
  await window.runCommand('Skein: Clear Filter');
  await row(tagged).waitFor();
  await row(thanked).waitFor();
  await host().window.settled(view);
}

/** The name of a saved search is asked for, with the query as the proposal. */
async function nameIt(query: string, name: string): Promise<void> {
  const { window } = host();
  await window.quickInput.getByText(`Name for “${query}”`).waitFor();
  await window.answer(name);
}

describe('the query language in the Sessions view', () => {
  test('a field in the filter leaves the sessions that have it, and says how many are hidden', async () => {
    const window = await openTree();
    await row(tagged).waitFor();
    await askFilter('Filter Sessions…');
    await window.answer('tag:early');
    const hidden = (await listed(host())).length - 1;
    await row(`${String(hidden)} hidden by the filter`).waitFor();
    await row(tagged).waitFor();
    assert.equal(await window.treeRow(view, thanked).count(), 0);
  });

  test('a word that was only said in an answer leaves that session, the ones to come too', async () => {
    const window = await openTree();
    await askFilter('Change Filter…');
    await window.answer(answered);
    await row(thanked).waitFor();
    await row(tagged).waitFor({ state: 'detached' });
    const { workspace, home } = host();
    await skein(['--backend', 'demo', '--title', 'Polite again', 'thank you'], { cwd: workspace, home });
    await row('Polite again').waitFor();
    assert.equal(await window.treeRow(view, tagged).count(), 0);
    await clearFilter();
  });

  test('archived sessions are brought out by name, and can be opened', async () => {
    const window = await openTree();
    const { workspace, home } = host();
    const { id } = (await listed(host())).find(({ title }) => title === 'Polite again') ?? assert.fail('it is listed');
    await skein(['sessions', 'archive', id], { cwd: workspace, home });
    await row('Polite again').waitFor({ state: 'detached' });
    await askFilter('Filter Sessions…');
    await window.answer('is:archived');
    await row('Polite again').waitFor();
    await host().window.settled(view);
    await row('Polite again').click();
    await window.webview((frame) => frame.getByText('thank you'));
    await clearFilter();
    await skein(['sessions', 'unarchive', id], { cwd: workspace, home });
    await row('Polite again').waitFor();
  });

  test('what is wrong is told while one types, with its place, and is not accepted', async () => {
    const window = await openTree();
    await askFilter('Filter Sessions…');
    const problem = window.quickInput.locator('.quick-input-message', { hasText: 'There is no "is:pined" (character 14 of the query).' });
    await input().fill('tag:early is:pined');
    await problem.waitFor();
    await input().press('Enter');
    await problem.waitFor();
    await input().fill('tag:early -is:pinned');
    await problem.waitFor({ state: 'detached' });
    await input().press('Enter');
    await row(/hidden by the filter/).waitFor();
    await clearFilter();
  });

  test('the search picker names fields, and says in its list what is wrong', async () => {
    const window = await openTree();
    await window.titleAction(view, 'Search Sessions…');
    assert.match((await input().getAttribute('placeholder')) ?? '', /tag:auth .* cost:>1/);
    await input().fill('zebra colour:red');
    await window.quickRow('There is no field "colour" (character 7 of the query).').waitFor();
    await input().fill(`${answered} backend:demo`);
    await window.quickRow(thanked).first().waitFor();
    await window.page.keyboard.press('Escape');
  });
});

describe('saved searches', () => {
  test('are saved from the search picker, and count sessions that come from the terminal', async () => {
    const window = await openTree();
    await window.titleAction(view, 'Search Sessions…');
    await input().fill(answered);
    await window.quickRow(thanked).first().waitFor();
    await window.quickInput.locator('.action-label[aria-label="Save Search…"]').click();
    await nameIt(answered, 'Thanked');
    await search('Thanked', '2').waitFor();
    assert.deepEqual(await settings(), { Thanked: answered });
    const { workspace, home } = host();
    await skein(['--backend', 'demo', '--title', 'Polite a third time', 'thanks a lot'], { cwd: workspace, home });
    await search('Thanked', '3').waitFor();
    await window.expand(view, 'Thanked');
    await until('the sessions in it', async () => (await window.treeRow(view, 'Polite a third time').count()) === 2);
    const { id } = (await listed(host())).find(({ title }) => title === 'Polite a third time') ?? assert.fail('it is listed');
    await skein(['sessions', 'delete', id], { cwd: workspace, home });
    await search('Thanked', '2').waitFor();
  });

  test('are saved from the filter as a whole', async () => {
    const window = await openTree();
    await window.titleAction(view, 'Filter Sessions…');
    await window.quickRow(/^Demo$/).click();
    await window.quickRow('Matching a search…').click();
    await window.page.keyboard.press('Enter');
    await window.answer('"6 * 7"');
    await row(/hidden by the filter/).waitFor();
    await window.runCommand('Skein: Save Search…');
    await nameIt('backend:demo "6 * 7"', 'Sums');
    await search('Sums', '1').waitFor();
    // What the filter hides is in a saved search all the same.
    await search('Thanked', '2').waitFor();
    await clearFilter();
  });

  test('are renamed, deleted and brought back', async () => {
    const window = await openTree();
    await window.contextAction(view, 'Sums', 'Rename Saved Search…');
    await window.answer('Arithmetic');
    await search('Arithmetic', '1').waitFor();
    await host().window.settled(view);
    assert.deepEqual(await settings(), { Thanked: answered, Arithmetic: 'backend:demo "6 * 7"' });
    await window.contextAction(view, 'Arithmetic', 'Delete Saved Search');
    await row('Arithmetic').waitFor({ state: 'detached' });
    assert.deepEqual(await settings(), { Thanked: answered });
    await window.toastAction('Deleted “Arithmetic”.', 'Undo');
    await search('Arithmetic', '1').waitFor();
  });

  test('that are written by hand are shown, and say what is wrong with them', async () => {
    await openTree();
    const file = path.join(host().workspace, '.vscode/settings.json');
    const now = JSON.parse(await fs.readFile(file, 'utf8')) as Record<string, unknown>;
    await fs.writeFile(file, JSON.stringify({ ...now, 'skein.savedSearches': { Early: 'tag:early', Wrong: 'tags:early', Number: 7 } }));
    await search('Early', '1').waitFor();
    await row('Wrong').locator('.label-description', { hasText: 'There is no field "tags" (character 1 of the query).' }).waitFor();
    assert.equal(await host().window.treeRow(view, 'Number').count(), 0);
  });
});

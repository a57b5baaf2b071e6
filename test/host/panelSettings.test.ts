import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentOffers } from '../../src/model/agentOffers.js';
import { panelsForFile, type PanelPage } from '../support/panelPage.js';
import { agents, answer, finished, loginPrompt, row, sessionId, show, snapshot } from '../support/panelSamples.js';
import { until } from '../support/until.js';

const openPanel = panelsForFile();

const pickFrom = async ({ page }: PanelPage, name: string, choice: RegExp): Promise<void> => {
  await page.getByRole('button', { name: `${name}: ` }).click();
  await page.getByRole('listbox', { name }).getByRole('option', { name: choice }).click();
};

describe('the composer’s foot', () => {
  test('a choice is kept with the session at once, and shown before the host says so', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    await pickFrom(panel, 'Mode', /^Edit freely/);
    await panel.page.getByRole('button', { name: 'Mode: Edit freely' }).waitFor();
    assert.deepEqual(await panel.posted('choose'), [{ kind: 'choose', settings: { permission_mode: 'accept_edits' } }]);
    await panel.composer.fill('go on');
    await panel.composer.press('Enter');
    assert.deepEqual(await panel.posted('send'), [{ kind: 'send', text: 'go on', attachments: [] }]);
    // Refused: the row that follows says what holds.
    await panel.send({ kind: 'row', row: row() }, { kind: 'error', message: 'a newer version wrote it' });
    await panel.page.getByRole('button', { name: 'Mode: Ask first' }).waitFor();
  });

  test('a choice for a session that is still to be made goes along with its first prompt', async () => {
    const panel = await openPanel();
    await panel.send(show(undefined));
    assert.deepEqual(await panel.posted('offers'), [{ kind: 'offers', agent: 'claude' }]);
    const offers = {
      agent: 'claude',
      models: [{ id: 'haiku', title: 'Haiku' }],
      thinking_levels: ['low' as const, 'high' as const],
      defaults: { fallbacks: [], permission_mode: 'plan' as const },
    };
    await panel.send({ kind: 'offers', offers });
    await panel.page.getByRole('button', { name: 'Mode: Plan only' }).waitFor();
    await pickFrom(panel, 'Mode', /^Never ask/);
    await pickFrom(panel, 'Model', /^Haiku/);
    await pickFrom(panel, 'Thinking', /^High/);
    await panel.composer.fill('hello');
    await panel.composer.press('Enter');
    const settings = { permission_mode: 'auto', model: 'haiku', thinking_level: 'high' };
    assert.deepEqual(await panel.posted('send'), [{ kind: 'send', text: 'hello', attachments: [], backend: 'claude', settings }]);
    assert.deepEqual(await panel.posted('choose'), []);
  });
});

test('an agent that has told no models yet is asked for them when they are looked at', async () => {
  const panel = await openPanel();
  const asking = agents.map((agent) => (agent.name === 'claude' ? { ...agent, tells: true } : agent));
  const offers: AgentOffers = { agent: 'claude', models: [], thinking_levels: [], defaults: { fallbacks: [] } };
  await panel.send(show(undefined, { agents: asking, backend: 'claude', offers }));
  await panel.page.getByRole('button', { name: 'Model: Default model' }).click();
  const options = panel.page.getByRole('listbox', { name: 'Model' }).getByRole('option');
  assert.deepEqual(await options.allInnerTexts(), ['Default model asking for others']);
  const asked = async () => (await panel.posted('offers')).filter(({ ask }) => ask === true);
  assert.deepEqual(await asked(), [{ kind: 'offers', agent: 'claude', ask: true }]);
  await panel.send({ kind: 'offers', offers: { ...offers, models: [{ id: 'haiku', title: 'Haiku' }] } });
  assert.deepEqual(await options.allInnerTexts(), ['Default model', 'Haiku']);
  await options.filter({ hasText: 'Haiku' }).click();
  await panel.page.getByRole('button', { name: 'Model: Haiku' }).waitFor();
  assert.equal((await asked()).length, 1);

  const other = await openPanel();
  await other.send(show(undefined, { agents, backend: 'claude', offers }));
  await other.page.getByRole('button', { name: 'Agent: Claude' }).waitFor();
  assert.equal(await other.page.getByRole('button', { name: /^Model:/ }).count(), 0, 'others are not asked');
});

test('a model has its short name, the whole one in the tooltip, and none where the agent’s says the same', async () => {
  const panel = await openPanel();
  const model = 'anthropic/claude-opus-4-5-20251101';
  const said = answer('said', 'Done.', 10, { model });
  await panel.send(show(snapshot([loginPrompt, said], { row: row({ model }) })));
  const button = panel.page.getByRole('button', { name: 'Model: Opus 4.5', exact: true });
  assert.deepEqual([await button.innerText(), await button.getAttribute('title')], ['Opus 4.5', `Model: ${model}`]);
  const foot = panel.page.locator('.foot .what');
  assert.match(await foot.innerText(), /^Claude · Opus 4.5 · /);
  assert.equal(await foot.getAttribute('title'), model);

  const demo = { row: row({ backend: 'demo', model: 'demo' }) };
  const models = [{ id: 'demo', title: 'Demo' }];
  const offers: AgentOffers = { agent: 'demo', models, thinking_levels: [], defaults: { fallbacks: [] } };
  await panel.send(show(snapshot([loginPrompt, answer('a', 'Done.', 10, { backend: 'demo', model: 'demo' })], demo), { offers }));
  await panel.page.getByRole('button', { name: 'Agent: Demo' }).waitFor();
  assert.equal(await panel.page.getByRole('button', { name: /^Model:/ }).count(), 0);
  assert.match(await foot.innerText(), /^Demo \(demo\) · \d/);

  await panel.send({ kind: 'offers', offers: { ...offers, models: [...models, { id: 'demo-terse', title: 'Demo, terse' }] } });
  const choice = panel.page.getByRole('button', { name: 'Model: Demo', exact: true });
  assert.equal(await choice.innerText(), 'Model');
  await pickFrom(panel, 'Model', /terse/);
  assert.deepEqual(await panel.posted('choose'), [{ kind: 'choose', settings: { model: 'demo-terse' } }]);
});

test('a long name of a model gives way at the foot, and covers nothing', async () => {
  const title = 'anthropic/claude-opus-4-5-20251101-thinking-extended-preview-of-a-large-context';
  const offers: AgentOffers = { agent: 'claude', models: [{ id: 'x', title }], thinking_levels: ['low'], defaults: { fallbacks: [] } };
  const panel = await openPanel();
  for (const width of [900, 420]) {
    await panel.page.setViewportSize({ width, height: 600 });
    await panel.send(show(snapshot(finished, { row: row({ settings: { model: 'x' } }) }), { offers }));
    const boxes = await Promise.all(
      ['Agent: Claude', `Model: ${title}`, 'Thinking: Default', 'Mode: Ask first', 'Add a file', 'Send (Enter)'].map((name) =>
        panel.page.getByRole('button', { name, exact: true }).boundingBox(),
      ),
    );
    for (const [index, box] of boxes.entries()) {
      const before = boxes[index - 1];
      assert.ok(box && box.x + box.width <= width && (!before || before.x + before.width <= box.x), `button ${index} at ${width}`);
    }
  }
});

describe('the settings of a session', () => {
  const offers: AgentOffers = {
    agent: 'claude',
    models: [{ id: 'haiku', title: 'Haiku' }],
    thinking_levels: ['low', 'high'],
    defaults: { fallbacks: ['sonnet'] },
  };
  async function openForm(refuses = false, session = snapshot(finished, { row: row({ tags: ['auth'] }) })): Promise<PanelPage> {
    const panel = await openPanel();
    await panel.send(show(session, { offers }), { kind: 'focus' }, { kind: 'settings', id: sessionId, refuses });
    await panel.page.getByRole('dialog', { name: 'Session settings' }).waitFor();
    return panel;
  }
  const pickIn = async ({ page }: PanelPage, name: string, choice: RegExp): Promise<void> => {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: `${name}: ` }).press('ArrowDown');
    await dialog.getByRole('listbox', { name }).getByRole('option', { name: choice }).click();
  };
  const isAt = async ({ page }: PanelPage): Promise<string> => page.evaluate<string>(`document.activeElement.getAttribute('aria-label')`);

  test('begin at the title, are walked and kept by keys, and go when the host has kept them', async () => {
    const panel = await openForm();
    const { keyboard } = panel.page;
    assert.equal(await isAt(panel), 'Title');
    await keyboard.press('Control+A');
    await keyboard.type('Fix it');
    await keyboard.press('Tab');
    assert.equal(await isAt(panel), 'Tags, with commas between');
    await keyboard.press('End');
    await keyboard.type(', late');
    await pickIn(panel, 'Model', /^Haiku/);
    await pickIn(panel, 'Thinking', /^High/);
    await panel.page.getByRole('checkbox', { name: 'Show what tools put out' }).press('Space');
    await panel.page.getByRole('textbox', { name: /^Models to go on with/ }).fill('opus sonnet');
    await keyboard.press('Enter');
    await panel.page.getByRole('button', { name: 'Saving' }).waitFor();
    const settings = { model: 'haiku', fallbacks: ['opus', 'sonnet'], thinking_level: 'high', verbose: true };
    assert.deepEqual(await panel.posted('choose'), [{ kind: 'choose', title: 'Fix it', addTags: ['late'], settings }]);
    await panel.send({ kind: 'error', message: 'the disk is full' });
    await panel.page.getByRole('dialog').getByText('Save', { exact: true }).click();
    await panel.send({ kind: 'kept', id: sessionId });
    await panel.page.getByRole('dialog').waitFor({ state: 'detached' });
    await until('the focus', async () => (await isAt(panel)) === 'Message');
    await panel.page.getByRole('status').filter({ hasText: 'The settings are kept.' }).waitFor();
  });

  test('say what cannot be kept, where it is, and keep nothing until it is mended', async () => {
    const panel = await openForm();
    await panel.page.getByRole('textbox', { name: 'Tags' }).fill('-auth');
    await panel.page.keyboard.press('Enter');
    const field = panel.page.locator('vscode-text-field[aria-invalid="true"]');
    assert.equal(await field.getAttribute('aria-label'), 'Tags, with commas between');
    const words = panel.page.locator(`#${await field.getAttribute('aria-describedby')}`);
    assert.equal(await words.innerText(), 'A tag cannot begin with a minus: -auth');
    assert.deepEqual(await panel.posted('choose'), []);
    await panel.page.keyboard.press('Escape');
    await panel.page.getByRole('dialog').waitFor({ state: 'detached' });
    await until('the focus', async () => (await isAt(panel)) === 'Message');
  });

  test('say of a mode that it asks less, and of messages that the person refuses them everywhere', async () => {
    const panel = await openForm(true);
    const hint = panel.page.getByRole('dialog').getByRole('status');
    assert.equal(await hint.innerText(), 'asks before it changes or runs anything');
    await pickIn(panel, 'Mode', /^Never ask/);
    assert.match(
      await hint.innerText(),
      /^Looser than asking: does everything without asking\. It is kept for you alone, outside this folder/,
    );
    const mode = panel.page.getByRole('dialog').getByRole('button', { name: 'Mode: Never ask' });
    assert.equal(await mode.getAttribute('aria-describedby'), await hint.getAttribute('id'));
    const refuse = panel.page.getByRole('checkbox', { name: /^Refuse other sessions/ });
    assert.deepEqual([await refuse.isChecked(), await refuse.isDisabled()], [true, true]);
    await panel.page.getByText('Your settings say so for every session.').waitFor();
  });

  test('offer the models of the agent that is chosen, or one that is typed', async () => {
    const panel = await openForm();
    await pickIn(panel, 'Agent', /^Demo/);
    await panel.page.getByText('Demo is told what was said so far.').waitFor();
    await panel.settle();
    assert.deepEqual((await panel.posted('offers')).at(-1), { kind: 'offers', agent: 'demo', ask: true });
    await pickIn(panel, 'Model', /^Other model/);
    await until('the field', async () => (await isAt(panel)) === 'Model');
    await panel.page.keyboard.type('demo-terse');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.posted('choose'), [{ kind: 'choose', backend: 'demo', settings: { model: 'demo-terse' } }]);
  });

  test('verbose opens what tools put out', async () => {
    const panel = await openPanel();
    const quiet = snapshot(finished);
    await panel.send(show(quiet));
    const outputs = panel.page.locator('pre[aria-label="Output"]');
    assert.equal(await outputs.count(), 0);
    await panel.send({ kind: 'row', row: row({ settings: { verbose: true } }) });
    await outputs.first().waitFor();
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TurnUpdate } from '../../src/model/turn.js';
import { panelsForFile } from '../support/panelPage.js';
import {
  answer,
  asking,
  edit,
  finished,
  loginPrompt,
  longSession,
  request,
  row,
  sessionId,
  show,
  snapshot,
  toolCall,
  updates,
} from '../support/panelSamples.js';
import { until } from '../support/until.js';

const openPanel = panelsForFile();
const fresh = snapshot([], { row: row({ turn_count: 0 }) });
const begin: TurnUpdate = { kind: 'started', entry: loginPrompt, backend: 'claude' };

describe('keys', () => {
  test('Enter sends, Shift+Enter is a new line, Up brings the prompt back', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    const field = panel.composer;
    await field.focus();
    await panel.page.keyboard.type('one');
    await panel.page.keyboard.press('Shift+Enter');
    await panel.page.keyboard.type('two');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.posted('send'), [{ kind: 'send', text: 'one\ntwo', attachments: [] }]);
    assert.equal(await field.inputValue(), '');
    await panel.page.keyboard.press('ArrowUp');
    assert.match(await field.inputValue(), /^The login page loops/);
    await panel.page.keyboard.press('ArrowDown');
    assert.equal(await field.inputValue(), '');
  });

  test('Enter queues while a turn runs, Ctrl+Enter steers it', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh), ...updates([begin]));
    await panel.composer.fill('and then this');
    await panel.page.getByRole('button', { name: 'Queue (Enter)' }).waitFor();
    await panel.composer.press('Enter');
    await panel.composer.fill('no, that');
    await panel.composer.press('Control+Enter');
    const common = { kind: 'send', attachments: [] };
    assert.deepEqual(await panel.posted('send'), [
      { ...common, text: 'and then this' },
      { ...common, text: 'no, that', steer: true },
    ]);
    assert.equal(await panel.composer.inputValue(), '');
  });

  test('what waits is shown, taken back, edited and sent at once', async () => {
    const panel = await openPanel();
    const waits = (id: string, text: string) => ({ id, content: [{ type: 'text' as const, text }] });
    const queue: TurnUpdate = { kind: 'queue', queued: [waits('a', 'and then this'), waits('b', 'and that'), waits('c', 'and so on')] };
    await panel.send(show(fresh), ...updates([begin, queue]));
    const strip = (text: string) => panel.page.locator('.strip', { hasText: text });
    await strip('Next: and then this').getByRole('button', { name: 'Steer' }).click();
    await strip('Then: and that').getByRole('button', { name: 'Remove from the queue' }).click();
    await strip('Then: and so on').getByRole('button', { name: 'Edit' }).click();
    assert.deepEqual(
      (await panel.posted('unqueue')).map(({ queued, then }) => [queued, then]),
      [
        ['a', 'send'],
        ['b', 'drop'],
        ['c', 'edit'],
      ],
    );
    assert.equal(await panel.composer.inputValue(), 'and so on');
    await panel.send(...updates([{ kind: 'ended', stop_reason: 'cancelled' }], 3));
    await strip('Next: and then this').getByRole('button', { name: 'Send now' }).waitFor();
    await panel.send(...updates([{ kind: 'queue', queued: [] }], 4));
    await panel.settle();
    assert.equal(await panel.page.getByText('Next:').count(), 0);
  });

  test('a slash lists commands: Up and Down walk, Tab and Enter take, Esc closes', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    await panel.composer.focus();
    await panel.page.keyboard.type('/');
    await until('the question', async () => (await panel.posted('commands')).length === 1);
    const about = { summary: 'about it', from: 'skein' as const };
    const commands = [
      { name: 'mode', argument: '[mode]', values: ['ask', 'plan'], ...about },
      { name: 'status', argument: '', values: [], ...about },
    ];
    await panel.send({ kind: 'commands', id: sessionId, commands });
    const list = panel.page.getByRole('listbox', { name: 'Commands' });
    await list.waitFor();
    const selected = list.getByRole('option', { selected: true });
    await selected.filter({ hasText: '/mode [mode]' }).waitFor();
    await panel.page.keyboard.press('ArrowUp');
    await selected.filter({ hasText: '/status' }).waitFor();
    await panel.page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await panel.page.keyboard.type('m');
    await list.waitFor();
    await panel.page.keyboard.press('Tab');
    await list.getByRole('option', { name: 'plan' }).waitFor();
    assert.equal(await panel.composer.inputValue(), '/mode ');
    assert.equal(await selected.count(), 0);
    await panel.page.keyboard.press('ArrowDown');
    await selected.filter({ hasText: 'ask' }).waitFor();
    await panel.page.keyboard.press('ArrowDown');
    await selected.filter({ hasText: 'plan' }).waitFor();
    await panel.page.keyboard.press('Enter');
    await list.waitFor({ state: 'detached' });
    assert.equal(await panel.composer.inputValue(), '/mode plan');
    assert.equal(await panel.page.locator('textarea:focus').count(), 1);
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(
      (await panel.posted('send')).map(({ text }) => text),
      ['/mode plan'],
    );
    await panel.send({ kind: 'answered', command: '/mode plan', text: 'mode: plan' });
    await panel.page.getByRole('group', { name: '/mode plan' }).getByText('mode: plan').waitFor();
  });

  test('Esc stops; after files were changed it asks once more', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh), ...updates([begin]));
    await panel.page.keyboard.press('Escape');
    assert.equal((await panel.posted('cancel')).length, 1);
    await panel.send(...updates([{ kind: 'entry', entry: edit }], 2));
    await panel.page.keyboard.press('Escape');
    await panel.page.getByText('Press Esc again to stop').waitFor();
    assert.equal((await panel.posted('cancel')).length, 1);
    await panel.page.keyboard.press('Escape');
    assert.equal((await panel.posted('cancel')).length, 2);
  });

  test('F2 renames in place; Esc leaves the title as it is', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    await panel.page.keyboard.press('F2');
    await panel.page.keyboard.type('A better title');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.posted('rename'), [{ kind: 'rename', title: 'A better title' }]);
    await panel.page.getByRole('heading', { name: 'A better title' }).waitFor();
    await panel.page.getByRole('button', { name: /Rename session/ }).click();
    await panel.page.keyboard.type('no');
    await panel.page.keyboard.press('Escape');
    await panel.page.getByRole('heading', { name: 'A better title' }).waitFor();
    assert.equal((await panel.posted('rename')).length, 1);
  });

  test('F6 goes round: header, conversation, dock, composer', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    const region = (): Promise<unknown> => panel.page.evaluate("document.activeElement.closest('[data-region]')?.dataset.region");
    await panel.composer.focus();
    const seen = [];
    for (let step = 0; step < 4; step++) {
      await panel.page.keyboard.press('F6');
      seen.push(await region());
    }
    assert.deepEqual(seen, ['header', 'conversation', 'dock', 'composer']);
    await panel.page.keyboard.press('Shift+F6');
    assert.equal(await region(), 'dock');
  });

  test('the conversation is one stop of Tab, with arrows inside', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    assert.equal(await panel.page.locator('[data-stop][tabindex="0"]').count(), 1);
    await panel.page.locator('.prompt').focus();
    await panel.page.keyboard.press('ArrowDown');
    const label = (): Promise<string> => panel.page.locator(':focus').innerText();
    assert.match(await label(), /Thought/);
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('ArrowRight');
    assert.equal(await panel.page.locator(':focus').getAttribute('aria-expanded'), 'true');
    await panel.page.keyboard.press('ArrowDown');
    assert.match(await label(), /Read src\/auth\/f1\.ts/);
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('c');
    await panel.page.locator('.prompt:focus').waitFor();
    assert.match((await panel.posted('copy'))[0]?.text ?? '', /^The login page loops/);
    await panel.page.keyboard.press('f');
    assert.deepEqual(await panel.posted('fork'), [{ kind: 'fork', entry: 'a9' }]);
  });

  test('Ctrl+F finds in what is drawn and what is not', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(longSession(300))));
    await panel.page.keyboard.press('Control+f');
    await panel.page.keyboard.type('ANSWER NUMBER 1');
    // 10 to 199 without each fifth, whose answer is a table: 1, 6, 11 and so on.
    await panel.page.getByText('1 of 88', { exact: true }).first().waitFor();
    await panel.page.getByText('Answer number 10.').waitFor();
    await panel.page.keyboard.press('Shift+Enter');
    await panel.page.getByText('88 of 88', { exact: true }).first().waitFor();
    await panel.page.getByText('Answer number 199.').waitFor();
    const painted = await panel.page.evaluate("CSS.highlights.get('skein-found-now').size");
    assert.equal(painted, 1);
    await panel.page.getByRole('button', { name: 'Match case' }).click();
    await panel.page.getByText('No matches').first().waitFor();
    await panel.page.getByRole('textbox', { name: 'Find in prompts and answers' }).press('Escape');
    await panel.page.locator('textarea:focus').waitFor();
    await panel.page.getByRole('search').waitFor({ state: 'detached' });
    await until('no marks', async () => (await panel.page.evaluate('CSS.highlights.size')) === 0);
  });

  test('a match far down in a long answer is brought into sight', async () => {
    const panel = await openPanel();
    const text = Array.from({ length: 200 }, (_, n) => (n % 90 === 80 ? 'A needle.' : `Paragraph ${n}.`)).join('\n\n');
    await panel.send(show(snapshot([...longSession(3), loginPrompt, answer('long', text), ...longSession(3).slice(0, 1)])));
    await panel.page.keyboard.press('Control+f');
    await panel.page.keyboard.type('needle');
    for (const count of ['1 of 2', '2 of 2']) {
      await panel.page.getByText(count, { exact: true }).first().waitFor();
      await until('the match in sight', () =>
        panel.page.evaluate<boolean>(`(() => {
          const [range] = CSS.highlights.get('skein-found-now') ?? [];
          const { top, bottom } = document.querySelector('main').getBoundingClientRect();
          const place = range?.getBoundingClientRect();
          return place !== undefined && place.top > top + 30 && place.bottom < bottom;
        })()`),
      );
      await panel.page.keyboard.press('Enter');
    }
  });

  test('a picker is opened, walked and closed by keys', async () => {
    const panel = await openPanel();
    await panel.send(show(undefined));
    const agent = panel.page.getByRole('button', { name: 'Agent: Claude' });
    await agent.focus();
    await panel.page.keyboard.press('Enter');
    const list = panel.page.getByRole('listbox', { name: 'Agent' });
    await list.waitFor();
    assert.equal(await list.getByRole('option', { selected: true }).innerText(), 'Claude');
    await panel.page.keyboard.press('Escape');
    assert.equal(await list.count(), 0);
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('End');
    await panel.page.keyboard.press('Enter');
    await panel.page.getByRole('button', { name: 'Agent: Demo' }).waitFor();
    await panel.page.locator('.header .badge', { hasText: 'Demo' }).waitFor();
    await panel.composer.fill('hello');
    await panel.composer.press('Enter');
    assert.deepEqual(await panel.posted('send'), [{ kind: 'send', text: 'hello', attachments: [], backend: 'demo' }]);
  });
});

describe('naming files and sessions', () => {
  test('an @ lists them where the cursor is; arrows walk, Tab and Enter take, Esc closes', async () => {
    const panel = await openPanel();
    const { keyboard } = panel.page;
    await panel.send(show(snapshot(finished)));
    const told = (seq: number, text: string, start: number, items: readonly (readonly [string, string, string?])[]) =>
      panel.send({
        kind: 'completion',
        ...{ seq, text },
        completion: { start, items: items.map(([whole, label, detail]) => ({ text: whole, label, ...(detail && { detail }) })) },
      });
    const asked = async (text: string): Promise<number> => {
      await panel.settle();
      const last = (await panel.posted('complete')).at(-1);
      assert.equal(last?.text, text);
      return last.seq;
    };
    await panel.composer.fill('Read  and go on');
    await keyboard.press('Home');
    for (let step = 0; step < 5; step++) await keyboard.press('ArrowRight');
    await keyboard.type('@s');
    const seq = await asked('Read @s');
    const list = panel.page.getByRole('listbox', { name: 'Files and sessions' });
    assert.equal(await list.count(), 0);
    await told(seq, 'Read @s', 5, [
      ['@session:', 'session:', 'another session'],
      ['@src/', 'src/'],
    ]);
    const selected = list.getByRole('option', { selected: true });
    await selected.filter({ hasText: 'session:' }).waitFor();
    const isPointedAt = (): Promise<string | null> => panel.composer.getAttribute('aria-activedescendant');
    assert.equal(await isPointedAt(), await selected.getAttribute('id'));
    assert.equal(await panel.composer.getAttribute('aria-controls'), await list.getAttribute('id'));
    await keyboard.press('ArrowDown');
    await selected.filter({ hasText: 'src/' }).waitFor();
    await keyboard.press('Tab');
    assert.equal(await panel.composer.inputValue(), 'Read @src/ and go on');
    await told(await asked('Read @src/'), 'Read @src/', 5, [['@src/a.ts ', 'src/a.ts']]);
    // An answer that comes late is to an earlier question.
    await told(seq, 'Read @', 5, [['@tests/', 'tests/']]);
    await selected.filter({ hasText: 'src/a.ts' }).waitFor();
    await keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    assert.equal(await isPointedAt(), null);
    await keyboard.type('a');
    await selected.filter({ hasText: 'src/a.ts' }).waitFor();
    await keyboard.press('Enter');
    assert.equal(await panel.composer.inputValue(), 'Read @src/a.ts and go on');
    await list.waitFor({ state: 'detached' });
    await keyboard.type('@session:log');
    await told(await asked('Read @src/a.ts @session:log'), 'Read @src/a.ts @session:log', 15, [
      ['@session:1a2b3c4d5e6f ', 'Fix login', 'claude'],
    ]);
    await list.getByRole('option', { name: /Fix login/ }).click();
    assert.equal(await panel.composer.inputValue(), 'Read @src/a.ts @session:1a2b3c4d5e6f and go on');
    assert.deepEqual(await panel.posted('send'), []);
    await keyboard.press('Enter');
    assert.deepEqual(
      (await panel.posted('send')).map(({ text }) => text),
      ['Read @src/a.ts @session:1a2b3c4d5e6f and go on'],
    );
  });
});

describe('a permission request', () => {
  test('takes the focus of an empty composer and is answered by its number', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh));
    await panel.composer.focus();
    await panel.send(...updates(asking));
    const card = panel.page.getByRole('group', { name: 'Claude wants to run a command' });
    await card.waitFor();
    await panel.page.locator('[data-request="ask-1"]:focus').waitFor();
    assert.match(await panel.page.getByRole('alert').innerText(), /wants to run a command/);
    await panel.page.getByText('Needs you').waitFor();
    assert.equal(await panel.page.getByText('1 more after this').count(), 1);
    await panel.page.keyboard.press('2');
    assert.deepEqual(await panel.posted('respond'), [{ kind: 'respond', request: 'ask-1', option: 'session' }]);
    await panel.send(...updates([{ kind: 'permission_done', id: 'ask-1', outcome: 'session' }], 20));
    await panel.page.getByText('Allowed in this session').waitFor();
    assert.equal(await panel.page.locator('[data-request="ask-2"]').count(), 1);
    await panel.page.locator('[data-request="ask-2"]:focus').waitFor();
    await panel.send(...updates([{ kind: 'permission_done', id: 'ask-2', outcome: 'once' }], 30));
    await panel.page.locator('textarea:focus').waitFor(); // and not nowhere: one goes on writing
  });

  test('says where and what in short paths, with the whole ones to look up', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh));
    const file = '/projects/myapp/src/app.ts';
    const call = toolCall('write', { kind: 'edit', status: 'pending', locations: [{ path: file }], diff: [{ path: file, new_text: 'x' }] });
    await panel.send(
      ...updates([
        { kind: 'started', entry: loginPrompt, backend: 'claude' },
        { kind: 'permission', request: { ...request, title: `Write ${file}`, call } },
      ]),
    );
    const card = panel.page.getByRole('group', { name: 'Claude wants to change src/app.ts' });
    const cells = await card.locator('.facts dd').all();
    const facts = await Promise.all(cells.map(async (cell) => [await cell.innerText(), await cell.getAttribute('title')]));
    assert.deepEqual(facts, [
      ['myapp', '/projects/myapp'],
      ['Write src/app.ts', `Write ${file}`],
      ['src/app.ts', file],
    ]);
  });

  test('Alt and a number answer from the composer, Enter there never allows', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh));
    await panel.composer.fill('half a thought');
    await panel.composer.focus();
    await panel.send(...updates(asking));
    await panel.page.locator('textarea:focus').waitFor();
    await panel.page.keyboard.press('Alt+Digit1');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(
      (await panel.posted('respond')).map(({ option }) => option),
      ['once', 'no'],
    );
    assert.deepEqual(
      (await panel.posted('send')).map(({ text }) => text),
      ['half a thought'],
    );
  });

  test('expires with its turn', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh), ...updates([...asking, { kind: 'ended', stop_reason: 'cancelled' }]));
    await panel.page.getByText('Expired: the agent stopped waiting').first().waitFor();
    assert.equal(await panel.page.getByRole('button', { name: /Allow/ }).count(), 0);
  });
});

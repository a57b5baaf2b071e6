import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TurnUpdate } from '../../src/model/turn.js';
import { themes, type ThemeKind } from '../support/editorSettings.js';
import { panelsForFile } from '../support/panelPage.js';
import {
  answer,
  asking,
  failing,
  finished,
  loginPrompt,
  longSession,
  moment,
  planning,
  recent,
  row,
  sessionId,
  show,
  snapshot,
  streaming,
  updates,
} from '../support/panelSamples.js';
import { until } from '../support/until.js';

const openPanel = panelsForFile();
const fresh = snapshot([], { row: row({ turn_count: 0 }) });
const begin: TurnUpdate = { kind: 'started', entry: loginPrompt, backend: 'claude' };

describe('every state in every theme', () => {
  for (const theme of Object.keys(themes) as ThemeKind[]) {
    test(theme, async () => {
      const panel = await openPanel({ theme });
      await panel.send(show(undefined, { recent }));
      await panel.page.getByText('Start a session in myapp').waitFor();
      for (const turn of [streaming, asking, planning, failing]) {
        await panel.send(show(fresh), ...updates(turn));
        await panel.page.locator('article').first().waitFor();
      }
      await panel.send(show(snapshot(finished)), ...updates([begin]));
      await panel.page.locator('.numbers').click();
      await panel.page.getByRole('dialog', { name: 'Usage' }).waitFor();
      await panel.openRows();
      await panel.send(show(snapshot(finished, { row: row({ backend: 'demo' }) }), { folder: { name: 'myapp', trusted: false } }));
      await panel.page.getByText('Demo', { exact: true }).first().waitFor();
    });
  }
});

describe('trouble', () => {
  test('a failed turn says what happened and offers to try again', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh), ...updates(failing));
    await panel.page.getByRole('alert', { name: 'Claude has reached its rate limit' }).waitFor();
    await panel.page.getByRole('button', { name: 'Show log' }).click();
    await panel.page.locator('.card').getByRole('button', { name: 'Try again' }).click();
    assert.equal((await panel.posted('retry')).length, 1);
    assert.deepEqual(await panel.posted('command'), [{ kind: 'command', command: 'showLog' }]);
  });

  test('an untrusted folder is read only', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished), { folder: { name: 'myapp', trusted: false } }));
    assert.equal(await panel.composer.isDisabled(), true);
    await panel.page.getByRole('button', { name: 'Manage trust' }).click();
    assert.deepEqual(await panel.posted('command'), [{ kind: 'command', command: 'manageTrust' }]);
  });

  test('a stopped server is said, and writing is open again when it is back', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)), { kind: 'server', state: 'stopped' });
    await panel.page.getByText('The session server has stopped.').waitFor();
    assert.equal(await panel.composer.isDisabled(), true);
    await panel.send({ kind: 'server', state: 'running' });
    assert.equal(await panel.composer.isDisabled(), false);
  });

  test('damaged entries are told, with the place', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished, { skipped: [{ kind: 'damaged', detail: 'line 12 is not JSON', path: '/x.jsonl' }] })));
    await panel.page.getByText('1 entry of this session cannot be read').waitFor();
    await panel.page.getByRole('button', { name: 'Details' }).click();
    await panel.page.getByText('line 12 is not JSON').waitFor();
  });

  test("another window's turn closes the composer and offers a fork", async () => {
    const panel = await openPanel();
    const running = { program: 'vscode', host: 'here', pid: 41_218, started_at: moment(0), state: 'running' } as const;
    await panel.send(show(snapshot(finished, { row: row({ running }) })));
    await panel.page.getByText('This session is running in another window', { exact: true }).waitFor();
    assert.equal(await panel.composer.count(), 0);
    await panel.page.locator('.choice').getByRole('button', { name: 'Fork' }).click();
    assert.deepEqual(await panel.posted('fork'), [{ kind: 'fork' }]);
    await panel.send({ kind: 'row', row: row() });
    assert.equal(await panel.composer.count(), 1);
  });

  test("the host's errors are shown and can be closed", async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)), { kind: 'error', message: 'No editor is open', hint: 'open a file to insert into' });
    await panel.page.getByRole('alert', { name: 'No editor is open' }).waitFor();
    await panel.page.getByRole('button', { name: 'Close' }).click();
    await panel.settle();
    assert.equal(await panel.page.getByText('No editor is open').count(), 0);
  });
});

describe('what is kept', () => {
  test('the draft and the place come back after a reload', async () => {
    const first = await openPanel();
    await first.send(show(snapshot(longSession(50))));
    await first.settle();
    await first.composer.fill('half a thought');
    await first.scroll({ part: 0.2 });
    const state = await until('the place is kept', async () => {
      const saved = (await first.saved()) as Record<string, unknown>;
      return saved['scroll'] === undefined ? undefined : saved;
    });
    assert.deepEqual([state['folder'], state['id'], state['draft']], ['/projects/myapp', sessionId, 'half a thought']);
    const second = await openPanel({ state });
    await second.send(show(snapshot(longSession(50))));
    await second.settle();
    assert.equal(await second.composer.inputValue(), 'half a thought');
    assert.equal(await second.topOfView(), await first.topOfView());
  });

  test('a panel that was never filled is restored to its folder', async () => {
    const panel = await openPanel();
    assert.deepEqual(await panel.saved(), { folder: '/projects/myapp' });
  });

  test("a session's draft is told to the host, and another session has its own", async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished, { draft: 'from the store' })));
    assert.equal(await panel.composer.inputValue(), 'from the store');
    await panel.composer.fill('changed');
    await until('the draft is told', async () => (await panel.posted('draft')).some(({ text }) => text === 'changed'));
    await panel.composer.fill('changed once more');
    await panel.send(show(snapshot([], { row: row({ id: 'f'.repeat(32) }) })));
    assert.equal(await panel.composer.inputValue(), '');
    const told = await until('the last words are told too', async () => {
      const last = (await panel.postedAbout('draft')).at(-1);
      return last?.message.text === 'changed once more' && last;
    });
    assert.equal(told.session, sessionId);
  });

  test('what the person does is about the session that they see', async () => {
    const panel = await openPanel();
    await panel.send(show(undefined));
    await panel.composer.fill('the first prompt');
    await panel.composer.press('Enter');
    await panel.send(show(snapshot(finished)));
    await panel.composer.fill('the second');
    await panel.composer.press('Enter');
    assert.deepEqual(
      (await panel.postedAbout('send')).map(({ session }) => session),
      [undefined, sessionId],
    );
  });

  test('files are attached as chips and sent along', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    await panel.page.getByRole('button', { name: 'Add a file' }).click();
    assert.equal((await panel.posted('pickFile')).length, 1);
    await panel.send(
      { kind: 'attach', attachment: { uri: 'file:///a.ts', title: 'a.ts' } },
      { kind: 'attach', attachment: { uri: 'file:///b.ts', title: 'b.ts' } },
    );
    await panel.page.getByRole('button', { name: 'Remove b.ts' }).click();
    await panel.composer.fill('look');
    await panel.composer.press('Enter');
    assert.deepEqual((await panel.posted('send'))[0]?.attachments, [{ uri: 'file:///a.ts', title: 'a.ts' }]);
    await panel.settle();
    assert.equal(await panel.page.locator('.composer .chip').count(), 0);
  });

  test('a picture that is pasted goes along with its bytes; what is none is refused by its name', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(finished)));
    await panel.composer.focus();
    // Types of a page's own things are not known here.
    await panel.page.evaluate(`{
      const data = new DataTransfer();
      const bytes = Uint8Array.from('\\u0089PNG\\r\\n\\u001a\\n and more', (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], 'shot.png', { type: 'image/png' }));
      data.items.add(new File(['words'], 'notes.png', { type: 'image/png' }));
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }`);
    await panel.page.getByText('notes.png is no picture that agents take').waitFor();
    assert.deepEqual(await panel.page.locator('.composer .chip').allInnerTexts(), ['shot.png']);
    await panel.composer.fill('look');
    await panel.composer.press('Enter');
    const [{ title, picture } = {}] = (await panel.posted('send'))[0]?.attachments ?? [];
    assert.deepEqual([title, picture?.mime_type], ['shot.png', 'image/png']);
    assert.equal(Buffer.from(picture?.data ?? '', 'base64').toString('latin1'), '\u0089PNG\r\n\u001a\n and more');
  });

  test('code and answers are copied as they were written', async () => {
    const panel = await openPanel();
    await panel.send(
      show(snapshot([loginPrompt, answer('a', 'So:\n\n```ts\nconst a = 1;\n```\n\n- in a list\n  ```sh\n  npm ci\n  ```', 20)])),
    );
    for (const block of await panel.page.locator('.code-block').all()) {
      await block.hover();
      await block.getByRole('button', { name: 'Copy code' }).click();
    }
    const painted = await panel.page.evaluate<string[]>(
      "[...document.querySelectorAll('.code-block code')].map((code) => getComputedStyle(code).backgroundColor)",
    );
    assert.deepEqual(painted, ['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)'], 'the block is what has a background');
    await panel.page.locator('.code-block').first().hover();
    await panel.page.locator('.code-block').first().getByRole('button', { name: 'Insert at the cursor' }).click();
    await panel.page.getByRole('button', { name: 'Copy answer as Markdown' }).click();
    assert.deepEqual(
      (await panel.posted('copy')).map(({ text }) => text),
      ['const a = 1;', 'npm ci', 'So:\n\n```ts\nconst a = 1;\n```\n\n- in a list\n  ```sh\n  npm ci\n  ```'],
    );
    assert.deepEqual(await panel.posted('insert'), [{ kind: 'insert', text: 'const a = 1;' }]);
  });
});

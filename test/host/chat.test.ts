import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ChatPanel } from '../support/chatPanel.js';
import { themes, type ThemeKind } from '../support/editorSettings.js';
import { hostForFile } from '../support/host.js';
import { listed, request, startSession } from '../support/hostSessions.js';
import { until } from '../support/until.js';

const view = 'Sessions';
const host = hostForFile();

/** A session with one answer, open in the panel. */
async function openNew(title: string, prompt = 'hello'): Promise<{ readonly id: string; readonly panel: ChatPanel }> {
  const { window } = host();
  const { id } = await startSession(host(), prompt, { title });
  await window.openContainer('Skein');
  // The newest session comes to the top and the others move down: a click may meet another one.
  await until('the session in the panel', async () => {
    await window.treeRow(view, title).first().click();
    return window
      .editorTab(title)
      .waitFor({ timeout: 5000 })
      .then(
        () => true,
        () => false,
      );
  });
  return { id, panel: await ChatPanel.find(window, title) };
}

const history = (id: string) => request(host(), 'sessions/history', { folder: host().workspace, id });

async function exists(file: string): Promise<boolean> {
  return fs.access(path.join(host().workspace, file)).then(
    () => true,
    () => false,
  );
}

describe('the chat panel', () => {
  test('a click on a session opens its conversation; another one takes the same panel', async () => {
    const { window } = host();
    const { panel } = await openNew('A sum', 'What is 6 * 7?');
    await panel.prompts.filter({ hasText: 'What is 6 * 7?' }).waitFor();
    await panel.answers.filter({ hasText: '42' }).waitFor();
    await openNew('Another sum', 'What is 6 * 8?');
    assert.equal(await window.editorTab(/sum/).count(), 1);
    await window.editorTab('Another sum').waitFor();
  });

  test('a click in the tree leaves the focus there, also when it makes the panel; a second click goes to the composer', async () => {
    const { window } = host();
    await openNew('Is looked at');
    await window.runCommand('View: Close All Editors');
    await until('no panel', async () => (await window.editorTab(/./).count()) === 0);
    await window.treeRow(view, 'Is looked at').first().click();
    const panel = await ChatPanel.find(window, 'Is looked at');
    await panel.answers.first().waitFor();
    await window.page.keyboard.press('F2');
    await window.quickInput.getByText('Rename session').waitFor();
    await window.page.keyboard.press('Escape');
    await window.treeRow(view, 'Is looked at').first().click();
    await panel.frame.locator('textarea:focus').waitFor();
  });

  test('a request does not take the focus from a file that is being written: a digit would answer it', async () => {
    const { window } = host();
    await openNew('Asks beside a file');
    await window.runCommand('File: New Untitled Text File');
    await window.editorTab('Untitled-1').waitFor();
    await window.runCommand('View: Move Editor into Next Group');
    await window.editorTab('Asks beside a file').click();
    const beside = await ChatPanel.find(window, 'Asks beside a file');
    await beside.send('/slow 2\n/write typed.md');
    await window.editorTab('Untitled-1').click();
    await beside.request.waitFor();
    await window.page.keyboard.type('1 of 2');
    await until('what was typed', async () => (await window.editorText()).includes('1 of 2'));
    assert.equal(await exists('typed.md'), false);
    await beside.button('Deny').click();
    await beside.state.filter({ hasText: 'Ready' }).waitFor();
    await window.editorTab('Untitled-1').click();
    await window.runCommand('View: Revert and Close Editor');
  });

  test('what is typed is answered, and streams', async () => {
    const { panel } = await openNew('Streams');
    await panel.send('/slow 2');
    await panel.frame.locator('.answer.live', { hasText: 'word 1' }).waitFor();
    assert.match(await panel.state.innerText(), /Running/);
    await panel.answers.filter({ hasText: 'That was the slow part.' }).waitFor();
    await panel.state.filter({ hasText: 'Ready' }).waitFor();
    assert.match(await panel.foot.last().innerText(), /Demo \(demo\).*tokens/);
  });

  test('a permission is asked for; granted, the file is written', async () => {
    const { window } = host();
    const { panel } = await openNew('Asks');
    await panel.send('/write granted.md as agreed');
    await panel.request.waitFor();
    await window.statusBarItem('waiting for you').waitFor();
    await window.treeRow(view, 'Needs you').waitFor();
    assert.equal(await exists('granted.md'), false, 'nothing is written before the answer');
    await panel.button('Allow once').click();
    await panel.frame.getByText('Allowed once').waitFor();
    await panel.answers.filter({ hasText: 'I wrote' }).waitFor();
    assert.equal(await fs.readFile(path.join(host().workspace, 'granted.md'), 'utf8'), 'as agreed\n');
  });

  test('denied, it is not', async () => {
    const { panel } = await openNew('Asks in vain');
    await panel.send('/write denied.md never');
    await panel.request.waitFor();
    await panel.button('Deny').click();
    await panel.answers.filter({ hasText: 'You did not allow it' }).waitFor();
    assert.equal(await exists('denied.md'), false);
  });

  test('Stop ends a turn and keeps what streamed', async () => {
    const { id, panel } = await openNew('Is stopped');
    await panel.send('/slow 60');
    await panel.answers.filter({ hasText: 'word 3' }).waitFor();
    await panel.button('Stop (Esc)').click();
    await panel.foot.filter({ hasText: 'stopped' }).waitFor();
    await panel.state.filter({ hasText: 'Ready' }).waitFor();
    const kept = (await history(id)).findLast((entry) => entry.type === 'message');
    assert.equal(kept?.stop_reason, 'cancelled');
    assert.match(JSON.stringify(kept.message.content), /word 3/);
  });

  test('a turn that fails says why, and is tried again', async () => {
    const { id, panel } = await openNew('Fails');
    await panel.ask('/fail the cable is out');
    const notice = panel.frame.getByRole('alert').filter({ hasText: 'the cable is out' });
    await notice.waitFor();
    await panel.button('Try again').last().click();
    await until('the second try', async () => {
      const failures = (await history(id)).filter((entry) => entry.type === 'message' && entry.stop_reason === 'error');
      return failures.length === 2;
    });
    assert.equal(await panel.prompts.filter({ hasText: '/fail' }).count(), 1, 'the prompt stands once');
    await panel.state.filter({ hasText: 'Failed' }).waitFor();
    await host()
      .window.treeRow(view, 'Fails')
      .locator('.label-description', { hasText: /^failed/ })
      .waitFor();
  });

  test('forks from a message', async () => {
    const { window } = host();
    const { id, panel } = await openNew('Has two turns', 'The first question');
    await panel.ask('The second question');
    const first = panel.frame.locator('.segment', { hasText: 'The first question' }).first();
    await first.hover();
    await first.locator('.foot vscode-button[aria-label="Fork from here"]').click();
    const fork = await until('the fork', async () => (await listed(host())).find((row) => row.parent_id === id));
    const opened = await ChatPanel.find(window, fork.title);
    await opened.prompts.filter({ hasText: 'The first question' }).waitFor();
    await until('the fork in the panel', async () => (await opened.prompts.filter({ hasText: 'The second question' }).count()) === 0);
    assert.equal((await history(fork.id)).filter((entry) => entry.type === 'message').length, 2);
  });

  test('renames in the header', async () => {
    const { window } = host();
    const { panel } = await openNew('Called wrong');
    await panel.title.click();
    await panel.frame.locator('.header vscode-text-field input').fill('Called right');
    await panel.frame.locator('.header vscode-text-field input').press('Enter');
    await window.treeRow(view, 'Called right').waitFor();
    await window.editorTab('Called right').waitFor();
    assert.equal(await panel.title.innerText(), 'Called right');
  });

  test('a file that an answer names is opened at its line', async () => {
    const { window } = host();
    const { panel } = await openNew('Names a file', 'Tell of `./auth.go:5` and [the tests](auth_test.go)');
    await panel.answers.locator('a', { hasText: 'auth.go:5' }).click();
    await window.editorTab('auth.go').waitFor();
    await window.statusBarItem(/Ln 5,/).waitFor();
    await window.editorTab('Names a file').click();
    // A webview that was out of sight is a new one.
    const again = await ChatPanel.find(window, 'Names a file');
    await again.answers.locator('a', { hasText: 'the tests' }).click();
    await window.editorTab('auth_test.go').waitFor();
    await window.runCommand('View: Close All Editors');
  });

  test('a reload of the window keeps the draft and the place where one reads', async () => {
    const { window } = host();
    const { panel } = await openNew('Is long', '/flood 80\nThe first question');
    await panel.ask('/flood 80\nThe second question');
    await panel.scrollUp(window, 1500);
    await panel.frame.getByText('To the end').waitFor();
    await panel.composer.fill('half a thought');
    await delay(1000); // VS Code saves a webview's state some time after it changed, and tells nobody
    const before = await panel.scrolled();
    await window.reload();
    const restored = await ChatPanel.find(window, 'Is long');
    await restored.frame.locator('.segment').first().waitFor();
    await until('the draft', async () => (await restored.composer.inputValue()) === 'half a thought');
    await until('the place', async () => Math.abs((await restored.scrolled()) - before) < 40);
    await restored.composer.fill('');
  });

  test('a reload in the middle of a turn keeps what streamed, and offers to try again', async () => {
    const { window } = host();
    const { id, panel } = await openNew('Is cut off');
    await panel.send('/slow 60');
    await panel.answers.filter({ hasText: 'word 5' }).waitFor();
    await window.reload();
    const restored = await ChatPanel.find(window, 'Is cut off');
    await restored.answers.filter({ hasText: 'word 5' }).waitFor();
    await restored.button('Try again').first().waitFor();
    const kept = (await history(id)).findLast((entry) => entry.type === 'message');
    assert.equal(kept?.stop_reason, 'interrupted');
    await window.openContainer('Skein');
  });

  test('nothing of a transcript is run or loaded, and no theme brings a CSP report', async () => {
    const { window } = host();
    const reports = (): string[] => window.console.filter((line) => /Content.Security.Policy|Refused to/i.test(line));
    const { panel } = await openNew(
      'Is hostile',
      '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script><style>*{display:none}</style> ![](https://example.com/a.png) [go](javascript:window.hurt=1) [run](command:skein.delete)',
    );
    await panel.ask('/think about `code`\n/plan\n/tool\nread auth.go');
    for (const kind of Object.keys(themes) as ThemeKind[]) {
      await window.useTheme(kind);
      await panel.frame.locator(`body.${bodyClass[kind]}`).waitFor();
    }
    await panel.send('/write themed.md');
    await panel.request.waitFor();
    await panel.button('Deny').click();
    await panel.state.filter({ hasText: 'Ready' }).waitFor();
    assert.deepEqual(reports(), [], 'none since the window opened');
    assert.equal(await panel.frame.locator(':is(.answer, .prompt) :is(img, script, style, iframe)').count(), 0);
    const links = await Promise.all((await panel.answers.locator('a').all()).map((link) => link.getAttribute('href')));
    assert.deepEqual(
      links.filter((href) => /^(?:javascript|command):/.test(href ?? '')),
      [],
    );
    assert.equal(await panel.frame.evaluate('window.hurt'), undefined);
    // The policy is there, and a report of it would have been seen.
    await panel.frame.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hurt = 2' }))");
    await until('the report', () => reports().length > 0);
    assert.equal(await panel.frame.evaluate('window.hurt'), undefined);
  });
});

const bodyClass: Readonly<Record<ThemeKind, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'hc-dark': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast-light',
};

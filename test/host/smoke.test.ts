import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostForFile } from '../support/host.js';

const host = hostForFile();

test('the package installs and its extension is there', async () => {
  const found = await host().evaluate((vscode) => vscode.extensions.getExtension('skein.skein')?.id, undefined);
  assert.equal(found, 'skein.skein');
});

test("the Sessions view shows the sample folder's sessions", async () => {
  const { window } = host();
  await window.openContainer('Skein');
  const rows = window.treeRows('Sessions');
  await rows.filter({ hasText: 'fix the bug in auth.go' }).first().waitFor();
  await rows.filter({ hasText: 'implement user registration' }).first().waitFor();
});

test("another folder's sessions are not among them", async () => {
  const { window } = host();
  await window.openContainer('Skein');
  const text = (await window.treeRows('Sessions').allInnerTexts()).join('\n');
  assert.doesNotMatch(text, /ancient one|old work/);
});

import assert from 'node:assert/strict';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { hostForFile } from '../support/host.js';
import { startSession } from '../support/hostSessions.js';
import { takeScreenshots } from '../support/screenshot.js';
import { until } from '../support/until.js';

const host = hostForFile({ viewport: { width: 1280, height: 1000 } });

/** The usage view in sight. */
const openUsage = async (): Promise<Frame> => {
  const { window } = host();
  await window.runCommand('Skein: Show Usage');
  return window.webview((frame) => frame.locator('table caption'));
};

/** How many pixels of a chart are drawn. */
const drawn = (frame: Frame, index: number): Promise<number> =>
  frame.evaluate<number>(`(() => {
    const canvas = document.querySelectorAll('canvas')[${String(index)}];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, place) => place % 4 === 3 && value !== 0).length;
  })()`);

describe('the usage view', () => {
  test('draws what was used, has the same numbers in a table, groups by what is chosen, and follows what happens', async () => {
    const { window } = host();
    const frame = await openUsage();
    await frame.getByLabel('Period').selectOption('All time');
    await frame.getByLabel('Group by').selectOption('Agent');
    const rows = frame.locator('tbody tr');
    await frame.getByRole('columnheader', { name: 'Agent' }).waitFor();
    // Chosen one after the other without waiting: both hold.
    await rows.filter({ hasText: 'openclacky' }).waitFor();
    const claude = rows.filter({ hasText: 'Claude' });
    assert.match((await claude.first().innerText()).replaceAll(/\s+/g, ' '), /^Claude \d+ [\d,]+ [\d,]+ [\d,]+ [\d,]+ /);
    assert.ok((await drawn(frame, 0)) > 500, 'the chart is drawn');
    assert.match((await frame.getByRole('img').first().getAttribute('aria-label')) ?? '', /^Tokens by agent/);
    if (process.env['SKEIN_SCREENSHOTS'] !== undefined)
      await takeScreenshots(window, path.resolve(process.env['SKEIN_SCREENSHOTS']), { panel: 'usage' });

    const before = await rows.filter({ hasText: 'Demo' }).allInnerTexts();
    await startSession(host(), 'What is 6 * 7?');
    await until('the new session’s tokens', async () => {
      const now = await rows.filter({ hasText: 'Demo' }).allInnerTexts();
      return now.join() !== before.join();
    });
    await frame.getByLabel('Sessions of').selectOption('All folders');
    await frame.getByRole('heading', { name: 'Usage in all folders' }).waitFor();
  });

  test('is there again after a reload of the window, with what was chosen', async () => {
    const { window } = host();
    const frame = await openUsage();
    await frame.getByLabel('Group by').selectOption('Model');
    await frame.getByLabel('Period').selectOption('All time');
    await frame.getByRole('columnheader', { name: 'Model' }).waitFor();
    await frame.locator('tbody tr').first().waitFor();
    await delay(1000); // VS Code saves a webview's state some time after it changed, and tells nobody
    await window.reload();
    const restored = await window.webview((page) => page.locator('table caption'));
    await restored.getByRole('columnheader', { name: 'Model' }).waitFor();
    await until('the choice', async () => (await restored.getByLabel('Period').inputValue()) === 'All time');
    // It is the folder's view, which is not opened a second time.
    await openUsage();
    assert.equal(await window.editorTab(/^Usage in /).count(), 1);
  });
});

/**
 * Pictures of the sample's Sessions tree and of the chat panel with its first session, in four themes:
 * `tsx test/support/screenshots.ts <folder>`. Packs nothing: `npm run build && npm run package` comes first.
 */
import * as path from 'node:path';
import { openHost } from './host.js';
import { takeScreenshots } from './screenshot.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: tsx test/support/screenshots.ts <folder>\n');
  process.exit(2);
}

const host = await openHost({ viewport: { width: 1440, height: 900 }, log: (line) => void process.stderr.write(`${line}\n`) });
try {
  const { window } = host;
  await window.openContainer('Skein');
  const row = window.treeRows('Sessions').filter({ hasText: 'fix the bug in auth.go' }).first();
  await row.click();
  await window.webview((frame) => frame.locator('body')).catch(() => undefined);
  const files = await takeScreenshots(window, path.resolve(folder), { window: 'window', tree: 'tree', panel: 'panel' });
  process.stdout.write(`${files.join('\n')}\n`);
} finally {
  await host.close();
}

/**
 * The README's pictures, in four themes: `tsx test/support/screenshots.ts <folder>`. `sessions` is the tree with a session of
 * another program open; `permission` a turn of the demo agent that waits for leave to write a file; `tree` and `panel` are the
 * parts, to be held against a design. Packs nothing: `npm run build && npm run package` comes first.
 */
import * as path from 'node:path';
import { ChatPanel } from './chatPanel.js';
import { openHost } from './host.js';
import { startSession } from './hostSessions.js';
import { takeScreenshots } from './screenshot.js';

const [target] = process.argv.slice(2);
if (target === undefined) {
  process.stderr.write('usage: tsx test/support/screenshots.ts <folder>\n');
  process.exit(2);
}

const host = await openHost({ viewport: { width: 1440, height: 900 }, log: (line) => void process.stderr.write(`${line}\n`) });
try {
  const { window } = host;
  const folder = path.resolve(target);
  await window.openContainer('Skein');
  await window.treeRow('Sessions', 'Look around before we change the login').click();
  await ChatPanel.find(window, 'Look around');
  const files = await takeScreenshots(window, folder, { window: 'sessions', tree: 'tree' });

  const title = 'When does the token expire?';
  await startSession(host, 'What files are here?', { title });
  await window.treeRow('Sessions', title).click();
  const panel = await ChatPanel.find(window, title);
  await panel.send('Think about the expiry of the token, show me a plan, use a tool, then write web/expiry.md');
  await panel.request.waitFor();
  await window.runCommand('Notifications: Clear All Notifications');
  files.push(...(await takeScreenshots(window, folder, { window: 'permission', panel: 'panel' })));
  process.stdout.write(`${files.join('\n')}\n`);
} finally {
  await host.close();
}

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { themes, type ThemeKind } from './editorSettings.js';
import type { Workbench } from './workbench.js';

/** What of a window goes into a picture. */
export type Region = 'window' | 'tree' | 'panel';

/**
 * Pictures of what the window shows, in the given themes (all four by default), as `<folder>/<name>-<theme>.png`. The tree
 * is the sidebar, the panel the editor area. Gives the files. The theme that was last stays.
 */
export async function takeScreenshots(
  window: Workbench,
  folder: string,
  pictures: Readonly<Partial<Record<Region, string>>>,
  kinds: readonly ThemeKind[] = Object.keys(themes) as ThemeKind[],
): Promise<string[]> {
  await fs.mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const kind of kinds) {
    await window.useTheme(kind);
    await settle(window);
    for (const [region, name] of Object.entries(pictures) as [Region, string][]) {
      const file = path.join(folder, `${name}-${kind}.png`);
      const picture = await locate(window, region).screenshot({ animations: 'disabled', caret: 'hide' });
      // 256 colours are as good to look at, and less than half of the bytes: README's pictures go along in the .vsix.
      await sharp(picture).png({ palette: true, effort: 10 }).toFile(file);
      files.push(file);
    }
  }
  return files;
}

function locate({ page }: Workbench, region: Region): Locator {
  const selectors = { window: '.monaco-workbench', tree: '.part.sidebar', panel: '.part.editor' };
  return page.locator(selectors[region]);
}

/** A webview gets the new colours a moment after the workbench; no event says when it has painted them. */
async function settle(window: Workbench): Promise<void> {
  await window.page.mouse.move(0, 0);
  await delay(700);
}

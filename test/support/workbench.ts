import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import type { CodeServer } from './codeServer.js';
import { changeFolderSettings, themes, type ThemeKind } from './editorSettings.js';
import { until } from './until.js';

export interface WorkbenchOptions {
  /** A running browser; without one, the window starts its own and closes it. */
  readonly browser?: Browser;
  /** Folder to open (absolute); default: the server's. */
  readonly folder?: string;
  /** A `.code-workspace` file to open in place of a folder. */
  readonly workspaceFile?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Milliseconds that each step waits for what it acts on. */
  readonly timeout?: number;
  /** How many extension hosts came up so far; where it is known, a window that opens or reloads waits for one more. */
  readonly hostsArrived?: () => number;
}

/** Opens a window of VS Code in the browser and waits until its extensions run. */
export async function openWorkbench(server: CodeServer, options: WorkbenchOptions = {}): Promise<Workbench> {
  const browser = options.browser ?? (await launchChromium());
  const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
  const folder = options.folder ?? server.workspace;
  const workbench = new Workbench(await context.newPage(), context, folder, {
    browser: options.browser ? undefined : browser,
    hostsArrived: options.hostsArrived,
  });
  workbench.page.setDefaultTimeout(options.timeout ?? 30_000);
  try {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    const query = new URLSearchParams(options.workspaceFile ? { workspace: options.workspaceFile } : { folder });
    await workbench.load(() => workbench.page.goto(`${server.url}/?${query.toString()}`));
  } catch (error) {
    await workbench.close();
    throw new Error(`the workbench did not come up\n${await server.lastWords()}`, { cause: error });
  }
  return workbench;
}

/** One window of VS Code, driven as a person would. Titles and labels are what is seen on the screen. */
export class Workbench {
  /** Messages of the page's console, for tests that look for CSP reports and errors. */
  readonly console: string[] = [];

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    /** The folder that is open. */
    readonly folder: string,
    private readonly own: { readonly browser: Browser | undefined; readonly hostsArrived: (() => number) | undefined },
  ) {
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
  }

  /** Waits until the connection to the server is up. */
  async untilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await this.page.locator('.statusbar .remote-kind, .statusbar [id="status.host"]').first().waitFor({ timeout: 60_000 });
  }

  /** Does what brings up a window, and waits until it is ready and runs its extensions. */
  async load(navigate: () => Promise<unknown>): Promise<void> {
    const { hostsArrived } = this.own;
    const before = hostsArrived?.() ?? 0;
    await navigate();
    await this.untilReady();
    if (hostsArrived) await until('the extension host', () => hostsArrived() > before, 60_000);
  }

  /** Reloads the window by VS Code's command: it keeps its state first, which a mere reload of the page gives it no time for. */
  async reload(): Promise<void> {
    await this.load(async () => {
      const loaded = this.page.waitForEvent('domcontentloaded');
      await this.runCommand('Developer: Reload Window');
      await loaded;
    });
  }

  /** The status bar item with this text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  // ---- Palette, quick pick, input box ----

  /** The quick input that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:not([style*="display: none"])');
  }

  /** A row of the open quick pick. */
  quickRow(label: string | RegExp): Locator {
    return this.quickInput.locator('.quick-input-list .monaco-list-row', { hasText: label });
  }

  /**
   * Opens a quick input and uses it. What comes up late in the window takes the focus, and VS Code closes the input then: it is
   * asked for again, as a person would. `use` has to give up before a test's time is over.
   */
  async ask(open: () => Promise<void>, use: (input: Locator) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await open();
      try {
        const input = this.quickInput.locator('input[type="text"]');
        await input.waitFor({ timeout: 10_000 });
        await use(input);
        return;
      } catch (error) {
        if (attempt === 3) throw error;
        // It may also have come up again by itself, without what was typed.
        if (await this.quickInput.isVisible()) await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Runs a command by its whole title, such as `Skein: New Session`. */
  async runCommand(title: string): Promise<void> {
    await this.ask(
      () => this.page.keyboard.press('F1'),
      async (input) => {
        await input.fill(`>${title}`, { timeout: 10_000 });
        await this.quickRow(title).first().click({ timeout: 10_000 });
      },
    );
  }

  /** Chooses a row of the open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickRow(label).first().click();
  }

  /** Fills the open input box and accepts it. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput.locator('input[type="text"], input[type="password"]').first();
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  }

  // ---- Views and trees ----

  /** Shows a view container of the activity bar. */
  async openContainer(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item', { has: this.page.locator(`[aria-label^="${title}"]`) });
    await tab.waitFor();
    const classes = (await tab.getAttribute('class')) ?? '';
    if (!classes.split(' ').includes('checked')) await tab.click();
    await this.page.locator('.sidebar .composite.title', { hasText: title }).waitFor();
  }

  /** Waits until the rows of a tree stay: VS Code draws a row with the element of another, and one that is clicked meanwhile can be a different one by then. */
  async settled(title: string): Promise<void> {
    let before = '';
    await until('rows that stay', async () => {
      const now = (await this.treeRows(title).allInnerTexts()).join('\n');
      const isSame = now === before;
      before = now;
      await this.page.waitForTimeout(300);
      return isSame;
    });
  }

  /** A view of the sidebar by its header. With a single view in the container, VS Code merges the two headers. */
  pane(title: string): Locator {
    return this.page.locator('.sidebar .pane', { has: this.page.locator('.pane-header', { hasText: title }) });
  }

  /** The rows of a tree that are on the screen. */
  treeRows(pane: string): Locator {
    return this.pane(pane).locator('.monaco-list-row');
  }

  /** The row with exactly this label; description and decorations do not count. */
  treeRow(pane: string, label: string | RegExp): Locator {
    const exact = typeof label === 'string' ? new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) : label;
    return this.treeRows(pane).filter({ has: this.page.locator('.label-name', { hasText: exact }) });
  }

  /** Opens a row that has children. */
  async expand(pane: string, label: string): Promise<void> {
    const row = this.treeRow(pane, label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
    await row.and(this.page.locator('[aria-expanded="true"]')).waitFor();
  }

  /** Clicks an icon of a row. */
  async inlineAction(pane: string, label: string, action: string): Promise<void> {
    await this.settled(pane);
    const row = this.treeRow(pane, label);
    for (let tries = 5; ; tries--) {
      // The icons are there for the hovered row alone; one that is drawn anew meanwhile is hovered when the mouse moves again.
      await this.page.mouse.move(0, 0);
      await row.hover();
      try {
        await actionIn(row.locator('.actions'), action).click({ timeout: 2000 });
        return;
      } catch (error) {
        if (tries === 0) throw error;
      }
    }
  }

  /** Chooses from a row's context menu. */
  async contextAction(pane: string, label: string, action: string): Promise<void> {
    await this.settled(pane);
    await this.treeRow(pane, label).click({ button: 'right' });
    await this.chooseMenuItem(action);
  }

  /** Chooses from the open menu. */
  async chooseMenuItem(title: string): Promise<void> {
    const item = this.page.locator('.context-view .monaco-menu .action-item', { hasText: title }).first();
    await item.waitFor();
    await delay(200); // a menu ignores the mouse for its first 100 ms
    await item.click();
    await item.waitFor({ state: 'detached' });
  }

  /** Clicks an icon in a view's title; a container with a single view shows them in its own. */
  async titleAction(pane: string, action: string): Promise<void> {
    const header = this.pane(pane).locator('.pane-header:not(.hidden)');
    const title = (await header.count()) > 0 ? header : this.page.locator('.sidebar .composite.title');
    await title.hover(); // the icons are there while the mouse is over it
    await actionIn(title, action).click();
  }

  // ---- Webviews ----

  /**
   * The frame of the webview in which `locate` finds something visible. A webview is two frames deep and no child of the
   * view it appears in, so it can only be told by what it shows.
   */
  async webview(locate: (frame: Frame) => Locator, timeout = 30_000): Promise<Frame> {
    const deadline = performance.now() + timeout;
    while (performance.now() < deadline) {
      for (const frame of this.webviewFrames()) {
        // The frame may be replaced while we look.
        if (
          await locate(frame)
            .first()
            .isVisible()
            .catch(() => false)
        )
          return frame;
      }
      await delay(50);
    }
    const shown = await Promise.all(
      this.webviewFrames().map((frame) =>
        frame
          .locator('body')
          .innerText()
          .catch(() => ''),
      ),
    );
    throw new Error(`no webview matched; ${String(shown.length)} there: ${JSON.stringify(shown.map((text) => text.slice(0, 300)))}`);
  }

  /** The innermost frames of all webviews. */
  webviewFrames(): Frame[] {
    return this.page.frames().filter((frame) => {
      return /\/webview\/browser\/pre\/(fake|index)\.html/.test(frame.url()) && Boolean(frame.parentFrame()?.parentFrame());
    });
  }

  // ---- Notifications, editors, themes ----

  /** A notification that is on the screen. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /** Clicks a button of a notification. */
  async toastAction(text: string | RegExp, button: string): Promise<void> {
    await this.toast(text).locator('.monaco-button', { hasText: button }).click();
  }

  /** An editor's tab. */
  editorTab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title });
  }

  /** The text on the screen of the editor that is open, with plain spaces. */
  async editorText(): Promise<string> {
    const lines = await this.page.locator('.editor-instance .view-lines .view-line').allInnerTexts();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Switches the theme and waits until the window shows it. */
  async useTheme(kind: ThemeKind): Promise<void> {
    const { setting, workbenchClass } = themes[kind];
    await changeFolderSettings(this.folder, { 'workbench.colorTheme': setting });
    await this.page.locator(`.monaco-workbench.${workbenchClass}`).waitFor();
  }

  /** Closes the window as a person closes a tab: VS Code says goodbye, and its extension host ends. */
  async close(): Promise<void> {
    // A page that crashed cannot say it any more.
    await this.page.goto('about:blank').catch(() => undefined);
    await this.context.close();
    await this.own.browser?.close();
  }
}

/** An icon by its title; VS Code adds its key to the label where there is one. */
const actionIn = (place: Locator, title: string): Locator =>
  place.locator(`.action-label[aria-label="${title}"], .action-label[aria-label^="${title} ("]`);

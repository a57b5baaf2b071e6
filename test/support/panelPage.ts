import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { panelHtml } from '../../src/extension/panelHtml.js';
import type { Posted, ToHost, ToWebview } from '../../src/protocol/messages.js';
import { launchChromium } from './chromium.js';
import type { ThemeKind } from './editorSettings.js';

/** Colours of VS Code's own themes as a webview gets them; captured from a running one. */
const colors = JSON.parse(readFileSync(new URL('themeColors.json', import.meta.url), 'utf8')) as Record<ThemeKind, Record<string, string>>;
const fonts = { 'font-family': 'sans-serif', 'font-size': '13px', 'editor-font-family': 'monospace', 'editor-font-size': '12px' };
const bodyClasses: Record<ThemeKind, string> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'hc-dark': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast vscode-high-contrast-light',
};

const origin = 'http://panel.test';
/** What `npm run build` made, or the folder that SKEIN_WEBVIEW names. */
const folder = path.resolve(process.env.SKEIN_WEBVIEW ?? fileURLToPath(new URL('../../dist/webview/', import.meta.url)));

export interface PanelOptions {
  readonly theme?: ThemeKind;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** What `getState()` gives: a restored panel. */
  readonly state?: unknown;
}

/** To a part of the whole, 0 to 1, or by pixels. */
interface Scroll {
  readonly part?: number;
  readonly by?: number;
}

/** What panelHarness.js puts into the page. */
interface PanelHarness {
  readonly posted: Posted[];
  saved: unknown;
  readonly violations: string[];
  frames(count: number): Promise<void>;
  send(messages: readonly ToWebview[]): Promise<void>;
  distanceFromEnd(): number;
  scroll(to: Scroll): void;
  topOfView(): string;
  useTheme(theme: { readonly variables: Readonly<Record<string, string>>; readonly bodyClass: string; readonly scheme: string }): void;
}

declare global {
  // A page's globals can be declared in no other way.
  var panelHarness: PanelHarness;
}

/**
 * Opens panels for the tests of a file, in one browser. Whatever a test does, the page asks for nothing, breaks no policy and
 * throws nothing: that is checked after each.
 */
export function panelsForFile(): (options?: PanelOptions) => Promise<PanelPage> {
  let browser: Browser | undefined;
  let open: PanelPage[] = [];
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());
  afterEach(async () => {
    const panels = open;
    open = [];
    for (const panel of panels) {
      const troubles = { violations: await panel.violations(), errors: panel.errors, asked: panel.asked };
      await panel.close();
      assert.deepEqual(troubles, { violations: [], errors: [], asked: [] });
    }
  });
  return async (options) => {
    assert.ok(browser);
    const panel = await PanelPage.open(browser, options);
    open.push(panel);
    return panel;
  };
}

/** The built panel in a page of its own: the product's document and policy, and a host that the test plays. */
export class PanelPage {
  /** Addresses that the page asked for, besides its own three files. */
  readonly asked: string[] = [];
  /** Errors that the page threw or printed. */
  readonly errors: string[] = [];

  private constructor(readonly page: Page) {}

  static async open(browser: Browser, options: PanelOptions = {}): Promise<PanelPage> {
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 900, height: 725 }, timezoneId: 'UTC' });
    const panel = new PanelPage(await context.newPage());
    const { page } = panel;
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => panel.errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') panel.errors.push(message.text());
    });
    await page.route('**/*', async (route) => {
      const url = route.request().url();
      if (url === `${origin}/`) await route.fulfill({ contentType: 'text/html', body: documentText() });
      else if (url === `${origin}/panel.js`) await route.fulfill({ contentType: 'text/javascript', path: built('panel.js') });
      else if (url === `${origin}/panel.css`) await route.fulfill({ contentType: 'text/css', path: built('panel.css') });
      else {
        panel.asked.push(url);
        await route.abort();
      }
    });
    await page.addInitScript({ path: fileURLToPath(new URL('panelHarness.js', import.meta.url)) });
    if (options.state !== undefined) await page.addInitScript((state) => void (panelHarness.saved = state), options.state);
    await page.goto(`${origin}/`);
    await panel.useTheme(options.theme ?? 'dark');
    return panel;
  }

  /** Where the person writes. */
  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  async useTheme(kind: ThemeKind): Promise<void> {
    const pairs = Object.entries({ ...fonts, ...colors[kind] }).map(([name, value]) => [`--vscode-${name}`, value]);
    const theme = {
      variables: Object.fromEntries(pairs) as Record<string, string>,
      bodyClass: bodyClasses[kind],
      scheme: kind.endsWith('light') ? 'light' : 'dark',
    };
    await this.page.evaluate((value) => panelHarness.useTheme(value), theme);
  }

  /** Sends messages of the host, in order, and waits until they are drawn. */
  async send(...messages: ToWebview[]): Promise<void> {
    await this.page.evaluate((list) => panelHarness.send(list), messages);
  }

  /** What the panel posted so far of one kind. */
  async posted<K extends ToHost['kind']>(kind: K): Promise<Extract<ToHost, { kind: K }>[]> {
    return (await this.postedAbout(kind)).map(({ message }) => message);
  }

  /** The same, each with the session that it is about. */
  async postedAbout<K extends ToHost['kind']>(kind: K): Promise<{ session?: string; message: Extract<ToHost, { kind: K }> }[]> {
    const all = (await this.page.evaluate(() => panelHarness.posted)) as { session?: string; message: Extract<ToHost, { kind: K }> }[];
    return all.filter(({ message }) => message.kind === kind);
  }

  /** What the panel keeps for the next time. */
  saved(): Promise<unknown> {
    return this.page.evaluate(() => panelHarness.saved);
  }

  /** Reports of the content security policy. */
  violations(): Promise<string[]> {
    return this.page.evaluate(() => panelHarness.violations);
  }

  /** How far the view is from the conversation's end, in pixels. */
  distanceFromEnd(): Promise<number> {
    return this.page.evaluate(() => panelHarness.distanceFromEnd());
  }

  /** Scrolls the conversation, as a person with a wheel would. */
  async scroll(to: Scroll): Promise<void> {
    await this.page.evaluate((value) => panelHarness.scroll(value), to);
    await this.settle();
  }

  /** What stands at the top of the view, and how far it is scrolled into. */
  topOfView(): Promise<string> {
    return this.page.evaluate(() => panelHarness.topOfView());
  }

  /** Holds on to an element that is there now; answers whether it still is. */
  async hold(selector: string): Promise<() => Promise<boolean>> {
    const element = await this.page.locator(selector).first().elementHandle();
    return async () => (await element?.isVisible()) ?? false;
  }

  /** Opens every row that is drawn, also those that another one held. */
  async openRows(): Promise<void> {
    for (let depth = 0; depth < 2; depth++) {
      await this.page.evaluate(`document.querySelectorAll('.tool[aria-expanded="false"]').forEach((row) => row.click())`);
      await this.settle();
    }
  }

  /** Frames until what was set in motion has settled. */
  async settle(): Promise<void> {
    await this.page.evaluate(() => panelHarness.frames(8));
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

function built(name: string): string {
  const file = path.join(folder, name);
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run build`);
  return file;
}

function documentText(): string {
  return panelHtml({
    nonce: 'c2tlaW4',
    cspSource: origin,
    script: `${origin}/panel.js`,
    style: `${origin}/panel.css`,
    language: 'en',
    state: { folder: '/projects/myapp' },
  });
}

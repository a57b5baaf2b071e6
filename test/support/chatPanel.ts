import type { Frame, Locator } from 'playwright-core';
import { until } from './until.js';
import type { Workbench } from './workbench.js';

/** The chat panel that is in sight, driven as a person would. A window that reloads has a new one: find it again. */
export class ChatPanel {
  private constructor(readonly frame: Frame) {}

  /** Waits for the panel whose header has this title, or for any. */
  static async find(window: Workbench, title?: string | RegExp): Promise<ChatPanel> {
    return new ChatPanel(await window.webview((frame) => frame.locator('.panel .header', title === undefined ? {} : { hasText: title })));
  }

  get title(): Locator {
    return this.frame.locator('.header h1');
  }

  /** The state in words: Ready, Running, Needs you, Failed. */
  get state(): Locator {
    return this.frame.locator('.header .state');
  }

  get composer(): Locator {
    return this.frame.getByRole('textbox', { name: 'Message' });
  }

  get prompts(): Locator {
    return this.frame.locator('.prompt');
  }

  get answers(): Locator {
    return this.frame.locator('.answer');
  }

  /** A button of the toolkit; its name does not count the key that it shows. */
  button(name: string): Locator {
    return this.frame.locator('vscode-button', { hasText: name }).or(this.frame.locator(`vscode-button[aria-label="${name}"]`));
  }

  /** A request that waits for an answer. */
  get request(): Locator {
    return this.frame.locator('.card.need');
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await this.prompts
      .filter({ hasText: text.split('\n')[0] ?? text })
      .last()
      .waitFor();
  }

  /** Sends, and waits until the turn is over. */
  async ask(text: string): Promise<void> {
    const before = await this.foot.count();
    await this.send(text);
    await until(`the end of the turn “${text}”`, async () => (await this.foot.count()) > before);
    await this.state.filter({ hasText: /Ready|Failed/ }).waitFor();
  }

  /** The line at the end of each turn that is over. */
  get foot(): Locator {
    return this.frame.locator('.foot');
  }

  /** How far the conversation is scrolled, in pixels. */
  scrolled(): Promise<number> {
    return this.frame.evaluate<number>("document.querySelector('.scroll').scrollTop");
  }

  /** Turns the wheel over the conversation. */
  async scrollUp({ page }: Workbench, pixels: number): Promise<void> {
    await this.frame.locator('.scroll').hover();
    await page.mouse.wheel(0, -pixels);
  }
}

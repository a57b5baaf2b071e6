/* The page's side of panelPage.ts: plays the extension host. Runs before the panel's own script, in the page. */
/* global document, window, structuredClone, CSSStyleSheet, MessageEvent, requestAnimationFrame */

const harness = {
  posted: [],
  saved: undefined,
  violations: [],

  async frames(count) {
    for (let frame = 0; frame < count; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  },

  async send(messages) {
    for (const message of messages) window.dispatchEvent(new MessageEvent('message', { data: message }));
    await harness.frames(4);
  },

  get main() {
    return document.querySelector('main');
  },

  /** How far the view is from the conversation's end, in pixels. */
  distanceFromEnd() {
    const { scrollHeight, scrollTop, clientHeight } = harness.main;
    return scrollHeight - scrollTop - clientHeight;
  },

  /** Scrolls to a part of the whole, 0 to 1, or by pixels. */
  scroll({ part, by = 0 }) {
    if (part !== undefined) harness.main.scrollTop = part * harness.main.scrollHeight;
    harness.main.scrollTop += by;
  },

  /** What stands at the top of the view, and how far it is scrolled into. */
  topOfView() {
    const { top } = harness.main.getBoundingClientRect();
    const shown = [...document.querySelectorAll('article')].find((article) => article.getBoundingClientRect().bottom > top + 1);
    return `${shown?.getAttribute('aria-label')} at ${Math.round(top - (shown?.getBoundingClientRect().top ?? 0))}`;
  },

  /** Sets the theme as VS Code does: variables on the root element, a class on the body. */
  useTheme({ variables, bodyClass, scheme }) {
    const root = document.documentElement;
    root.removeAttribute('style');
    for (const [name, value] of Object.entries(variables)) root.style.setProperty(name, value);
    root.style.setProperty('color-scheme', scheme);
    document.body.className = bodyClass;
  },
};

document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
  harness.violations.push(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});

window.panelHarness = harness;
window.acquireVsCodeApi = () => ({
  postMessage: (message) => harness.posted.push(structuredClone(message)),
  getState: () => harness.saved,
  setState: (value) => {
    harness.saved = structuredClone(value);
  },
});

// What VS Code puts into each webview of its own accord, as far as it has to be undone.
const defaults = new CSSStyleSheet();
defaults.replaceSync(`@layer vscode-default {
  code {
    padding: 1px 3px;
    border-radius: 4px;
    background-color: var(--vscode-textPreformat-background);
    color: var(--vscode-textPreformat-foreground);
  }
  pre code { padding: 0; }
}`);
document.adoptedStyleSheets.push(defaults);

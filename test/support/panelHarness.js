/* The page's side of panelPage.ts: plays the extension host. Runs before the panel's own script, in the page. */
/* global document, window, structuredClone, MessageEvent, requestAnimationFrame */

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

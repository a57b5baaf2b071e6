import { registerHooks } from 'node:module';

/**
 * What a file of the extension finds for `vscode` where there is none: a window without folders. Import it before such a file, and
 * that one by `import()`. What bundles load from each other is taken from their sources.
 */
const stub = `
export class EventEmitter {
  #listeners = new Set();
  event = (listener) => { this.#listeners.add(listener); return { dispose: () => this.#listeners.delete(listener) }; };
  fire(value) { for (const listener of this.#listeners) listener(value); }
  dispose() { this.#listeners.clear(); }
}
export class Disposable {
  static from(...all) { return new Disposable(() => all.forEach((one) => one.dispose())); }
  constructor(dispose) { this.dispose = dispose; }
}
const never = () => new Disposable(() => undefined);
export const workspace = {
  workspaceFolders: [],
  isTrusted: true,
  getConfiguration: () => ({ get: () => undefined }),
  onDidChangeConfiguration: never,
  onDidChangeWorkspaceFolders: never,
  onDidGrantWorkspaceTrust: never,
};
export const window = {};
export const env = { language: 'en' };
export const Uri = { file: (fsPath) => ({ fsPath }), joinPath: ({ fsPath }, ...parts) => ({ fsPath: [fsPath, ...parts].join('/') }) };
`;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'vscode') return { url: `data:text/javascript,${encodeURIComponent(stub)}`, shortCircuit: true };
    return next(specifier === './webviewMessages.cjs' ? './webviewMessages.js' : specifier, context);
  },
});

type Listener = (value: unknown) => void;

/** A webview panel that a person may close at any time: from then on it throws whatever is asked of it, as VS Code's does. */
export class PanelStub {
  readonly posted: unknown[] = [];
  #received: Listener[] = [];
  #disposed: Listener[] = [];
  #isOpen = true;

  /** From the page. */
  receive(message: unknown): void {
    for (const listener of this.#received) listener(message);
  }

  dispose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const listener of this.#disposed) listener(undefined);
  }

  get webview() {
    this.#check();
    return {
      cspSource: '',
      onDidReceiveMessage: (listener: Listener) => this.#listen(this.#received, listener),
      postMessage: (message: unknown) => Promise.resolve(this.posted.push(message) > 0),
      asWebviewUri: ({ fsPath }: { readonly fsPath: string }) => fsPath,
    };
  }

  get visible(): boolean {
    this.#check();
    return true;
  }

  get active(): boolean {
    this.#check();
    return true;
  }

  set title(_title: string) {
    this.#check();
  }

  set iconPath(_icon: unknown) {
    this.#check();
  }

  reveal(): void {
    this.#check();
  }

  onDidChangeViewState = () => ({ dispose: () => undefined });
  onDidDispose = (listener: Listener) => this.#listen(this.#disposed, listener);

  #listen(listeners: Listener[], listener: Listener) {
    listeners.push(listener);
    return { dispose: () => listeners.splice(listeners.indexOf(listener), 1) };
  }

  #check(): void {
    if (!this.#isOpen) throw new Error('Webview is disposed');
  }
}

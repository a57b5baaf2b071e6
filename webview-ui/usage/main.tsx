import { render } from 'preact';
import type { UsageToHost, UsageToWebview } from '../../src/protocol/usageMessages.js';
import { UsageView } from './usageView.js';

interface VsCodeApi {
  postMessage(message: UsageToHost): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
const post = (message: UsageToHost): void => api.postMessage(message);
let shown: UsageToWebview | undefined;
const draw = (): void => render(<UsageView shown={shown} post={post} />, root);

window.addEventListener('message', (event: MessageEvent<UsageToWebview>) => {
  shown = event.data;
  draw();
});
// The charts are drawn in colours of the theme: VS Code says by the body's class that it is another.
new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
draw();
post({ kind: 'ready' });

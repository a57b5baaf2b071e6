import { render } from 'preact';
import type { UsageChoice, UsageToHost, UsageToWebview } from '../../src/protocol/usageMessages.js';
import { UsageView } from './usageView.js';

/** What the view keeps across a reload of the window: the folder for the extension, which restores it, and what was chosen. */
interface SavedState {
  readonly folder?: string;
  readonly choice?: UsageChoice;
}

interface VsCodeApi {
  postMessage(message: UsageToHost): void;
  getState(): SavedState | undefined;
  setState(state: SavedState): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The host is ours and checked by types; what has no kind is another sender's, and a kind that is not known is a newer host's. */
function isMessage(data: unknown): data is UsageToWebview {
  return typeof data === 'object' && data !== null && 'kind' in data && (data.kind === 'usage' || data.kind === 'error');
}

const api = acquireVsCodeApi();
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
const post = (message: UsageToHost): void => api.postMessage(message);
const saved = api.getState() ?? (JSON.parse(root.dataset['state'] ?? '{}') as SavedState);
let shown: UsageToWebview | undefined;
const draw = (): void => render(<UsageView shown={shown} post={post} />, root);

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (!isMessage(data)) return;
  shown = data;
  if (shown.kind === 'usage') api.setState({ ...saved, choice: shown.choice });
  draw();
});
// The charts are drawn in colours of the theme: VS Code says by the body's class that it is another.
new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
draw();
api.setState(saved);
post({ kind: 'ready' });
// The host looks whether it knows the choice still: an older Skein may have kept it.
if (saved.choice) post({ kind: 'choose', choice: saved.choice });

import type { Posted, ToHost, ToWebview } from '../src/protocol/messages.js';

/** A place in the conversation: a piece of it by its id, and how far below its top the view begins, in pixels. */
export interface Place {
  readonly id: string;
  readonly offset: number;
}

/** What the panel keeps across a reload of the window: VS Code hands it back, and gives it to the extension that restores the panel. */
export interface SavedState {
  /** The workspace folder's path, where the host told it. */
  readonly folder?: string | undefined;
  readonly id?: string | undefined;
  readonly draft: string;
  /** Absent: at the end. */
  readonly scroll?: Place | undefined;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The extension host, as the panel sees it. */
export interface Host {
  /** Posts what is about the session on the screen, or about another one. */
  readonly post: (message: ToHost, session?: string) => void;
  readonly load: () => SavedState | undefined;
  readonly save: (state: SavedState) => void;
  readonly listen: (listener: (message: ToWebview) => void) => void;
}

/**
 * Connects to the host. VS Code allows it once a page. `shown` is the JSON that the host wrote into the page about what it
 * shows: a panel that is closed before its first snapshot is restored all the same. `current` gives the session on the screen.
 */
export function connectHost(shown: string | undefined, current: () => string | undefined): Host {
  const api = acquireVsCodeApi();
  if (shown !== undefined && api.getState() === undefined) api.setState(JSON.parse(shown));
  return {
    post: (message, session = current()) => api.postMessage({ session, message } satisfies Posted),
    load: () => readState(api.getState()),
    save: (state) => api.setState(state),
    listen: (listener) => {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (isMessage(event.data)) listener(event.data);
      });
    },
  };
}

/** The host is ours and checked by types; other senders' messages have no kind, and unknown kinds are ignored by the reducer. */
function isMessage(data: unknown): data is ToWebview {
  return typeof data === 'object' && data !== null && 'kind' in data && typeof data.kind === 'string';
}

function readState(state: unknown): SavedState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { folder, id, draft, scroll } = state as Record<string, unknown>;
  return {
    folder: typeof folder === 'string' ? folder : undefined,
    id: typeof id === 'string' ? id : undefined,
    draft: typeof draft === 'string' ? draft : '',
    scroll: readPlace(scroll),
  };
}

function readPlace(value: unknown): Place | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, offset } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof offset === 'number' ? { id, offset } : undefined;
}

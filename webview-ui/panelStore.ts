import type { ToWebview } from '../src/protocol/messages.js';
import { initialState, reduce, type PanelEvent, type PanelState } from './panelState.js';

/** The panel's state, and who is told when it changed. */
export interface PanelStore {
  readonly state: PanelState;
  readonly dispatch: (message: ToWebview | PanelEvent) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Listeners are called at most once a frame: a fast agent sends hundreds of updates a second. */
export function createPanelStore(): PanelStore {
  let state = initialState;
  let scheduled = false;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    scheduled = false;
    for (const listener of listeners) listener();
  };
  return {
    get state() {
      return state;
    },
    dispatch(message) {
      const next = reduce(state, message, Date.now());
      if (next === state) return;
      state = next;
      if (scheduled) return;
      scheduled = true;
      // A hidden page gets no frames.
      if (document.hidden) setTimeout(tell, 50);
      else requestAnimationFrame(tell);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

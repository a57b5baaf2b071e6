import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ToHost } from '../../src/protocol/messages.js';
import type { PanelEvent } from '../panelState.js';

/** What every part of the panel may do. Never changes, so that nothing is drawn again on its account. */
export interface PanelActions {
  readonly post: (message: ToHost) => void;
  readonly dispatch: (event: PanelEvent) => void;
  /** Says a sentence to a screen reader, politely. */
  readonly announce: (text: string) => void;
  /** What the person opened or closed, by the id of a part: rows that scroll out of sight come back as they were. */
  readonly opened: Map<string, boolean>;
}

const missing = (): never => {
  throw new Error('a part of the panel stands outside of it');
};

export const PanelContext = createContext<PanelActions>({ post: missing, dispatch: missing, announce: missing, opened: new Map() });
export const usePanel = (): PanelActions => useContext(PanelContext);

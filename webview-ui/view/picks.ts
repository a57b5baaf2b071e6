import { useEffect, useState } from 'preact/hooks';
import type { SessionRow } from '../../src/model/row.js';
import type { SessionChoice } from '../../src/protocol/messages.js';
import { usePanel } from './panelContext.js';

/** What the person chose at the composer's foot. */
export interface Picks {
  readonly backend?: string | undefined;
  readonly settings: SessionChoice;
}

const none: Picks = { settings: {} };

/**
 * What was chosen and has no session of ours to be kept with: it goes along with the prompt that makes one. For a session of
 * ours a choice is kept at once, and nothing is left here.
 */
export function usePicks(row: SessionRow | undefined): readonly [Picks, (change: Partial<Picks>) => void] {
  const { post, dispatch } = usePanel();
  const [picks, setPicks] = useState(none);
  useEffect(() => setPicks(none), [row?.id]);
  const pick = ({ backend, settings = {} }: Partial<Picks>): void => {
    if (row?.source === 'skein') {
      const choice = { settings, ...(backend !== undefined && { backend }) };
      dispatch({ kind: 'chosen', ...choice });
      post({ kind: 'choose', ...choice });
      // A model is one of its agent's.
    } else setPicks((now) => ({ backend: backend ?? now.backend, settings: { ...(backend === undefined && now.settings), ...settings } }));
  };
  return [picks, pick];
}

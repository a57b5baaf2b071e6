import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionRow } from '../../src/model/row.js';

/** What the person chose at the composer's foot for the next prompt; what is absent is as the session has it. */
export interface Picks {
  readonly backend?: string;
  readonly model?: string;
  readonly mode?: string;
}

/** The choices belong to the session on the screen, the model to its agent too. */
export function usePicks(row: SessionRow | undefined): readonly [Picks, (change: Picks) => void] {
  const [picks, setPicks] = useState<Picks>({});
  const shown = useRef(row?.id);
  useEffect(() => {
    const before = shown.current;
    shown.current = row?.id;
    // The first prompt made the session of what was chosen: its mode goes on.
    const isSame = before === undefined || before === row?.id;
    setPicks(({ mode }) => (isSame && mode !== undefined ? { mode } : {}));
  }, [row?.id, row?.backend]);
  return [picks, (change) => setPicks((now) => ({ ...now, ...change }))];
}

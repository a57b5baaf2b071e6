import { useState } from 'preact/hooks';
import { usePanel } from './panelContext.js';

/** Whether a part is open: as the person left it, else as `byDefault` says now. */
export function useOpening(id: string, byDefault: boolean): readonly [boolean, () => void] {
  const { opened } = usePanel();
  const [, redraw] = useState(0);
  const open = opened.get(id) ?? byDefault;
  const toggle = (): void => {
    opened.set(id, !open);
    redraw((count) => count + 1);
  };
  return [open, toggle];
}

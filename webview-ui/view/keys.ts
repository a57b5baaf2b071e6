import { useEffect, useRef, useState } from 'preact/hooks';

interface PanelKeys {
  readonly running: boolean;
  /** Stopping then asks once more. */
  readonly wroteFiles: boolean;
  readonly stop: () => void;
  readonly rename: () => void;
  readonly find: () => void;
  /** Answers the waiting request with its choice at this index, if it has one. */
  readonly answer: (index: number) => boolean;
}

const patience = 2000;

/** Keys that work from anywhere in the panel. A key that did something here does not reach VS Code's own keybindings. */
export function usePanelKeys(keys: PanelKeys): { readonly confirmsStop: boolean } {
  const [confirmsStop, setConfirms] = useState(false);
  const current = useRef(keys);
  current.current = keys;
  const confirming = useRef(false);
  const confirm = (yes: boolean): void => {
    confirming.current = yes;
    setConfirms(yes);
  };
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = (): void => {
      clearTimeout(timer);
      if (current.current.wroteFiles && !confirming.current) {
        confirm(true);
        timer = setTimeout(() => confirm(false), patience);
        return;
      }
      confirm(false);
      current.current.stop();
    };
    const act = (event: KeyboardEvent): boolean => {
      if (event.defaultPrevented) return true;
      if (event.isComposing) return false;
      if (event.key === 'F2') {
        current.current.rename();
        return true;
      }
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'f') {
        current.current.find();
        return true;
      }
      if (event.key === 'F6') return goRound(event.shiftKey ? -1 : 1);
      if (event.key === 'Escape' && current.current.running) {
        stop();
        return true;
      }
      const digit = /^Digit([1-4])$/.exec(event.code)?.[1];
      return event.altKey && !event.ctrlKey && !event.metaKey && digit !== undefined && current.current.answer(Number(digit) - 1);
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!act(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', onKeyDown);
    };
  }, []);
  return { confirmsStop };
}

/** Header, conversation, dock, composer and round again; a region with nothing to focus is passed over. */
function goRound(step: 1 | -1): boolean {
  const regions = ['header', 'conversation', 'dock', 'composer'].flatMap((name) => {
    const region = document.querySelector<HTMLElement>(`[data-region="${name}"]`);
    return region ? [region] : [];
  });
  const active = document.activeElement;
  const at = regions.findLastIndex((region) => region.contains(active));
  for (let hop = 1; hop <= regions.length; hop++) {
    const region = regions[((((at < 0 ? regions.length - 1 : at) + step * hop) % regions.length) + regions.length) % regions.length];
    const target = region && firstFocus(region);
    if (!target || target === active) continue;
    target.focus();
    return true;
  }
  return false;
}

function firstFocus(region: HTMLElement): HTMLElement | undefined {
  const wanted = ['textarea:not([disabled])', '[data-stop][tabindex="0"]', 'button:not([disabled]), vscode-button:not([disabled])'];
  // The dock holds the composer, which is a region of its own.
  const ours = (element: HTMLElement): boolean => element.closest('[data-region]') === region && element.checkVisibility();
  return wanted.flatMap((selector) => [...region.querySelectorAll<HTMLElement>(selector)]).find(ours);
}

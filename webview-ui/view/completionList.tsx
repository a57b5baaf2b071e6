import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PromptCommandInfo } from '../../src/model/promptCommand.js';
import { completionsOf, type Completion } from '../completion.js';
import { Option } from './controls.js';

/** The list of completions of a field that keeps the focus. */
export interface CompletionState {
  readonly items: readonly Completion[];
  readonly active: number;
  /** Whether the key was one of the list's. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly take: (item: Completion) => void;
}

export const completionId = (index: number): string => `completion-${index}`;

/** Completes what is typed: Up and Down walk, Enter and Tab take, Esc closes until something else is typed. */
export function useCompletion(draft: string, commands: readonly PromptCommandInfo[], onDraft: (text: string) => void): CompletionState {
  const found = useMemo(() => completionsOf(draft, commands), [draft, commands]);
  const [place, setPlace] = useState<{ readonly of: typeof found; readonly active: number }>();
  const [closed, setClosed] = useState<string>();
  const items = found && closed !== draft ? found.items : [];
  const active = place && place.of === found ? place.active : (found?.first ?? -1);
  const take = (item: Completion): void => onDraft(item.text);
  const onKey = ({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean => {
    if (items.length === 0 || shiftKey || altKey || ctrlKey || metaKey) return false;
    if (key === 'Escape') setClosed(draft);
    else if (key === 'ArrowDown') setPlace({ of: found, active: (active + 1) % items.length });
    else if (key === 'ArrowUp') setPlace({ of: found, active: active <= 0 ? items.length - 1 : active - 1 });
    else if (key === 'Enter' || key === 'Tab') {
      const item = items[key === 'Tab' ? Math.max(0, active) : active];
      if (!item) return false;
      take(item);
    } else return false;
    return true;
  };
  return { items, active, onKey, take };
}

export function CompletionList({ items, active, take }: CompletionState) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    list.current?.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  if (items.length === 0) return null;
  return (
    // A click leaves the focus in the field.
    <div
      class="list completion"
      id="completion"
      role="listbox"
      aria-label="Commands"
      ref={list}
      onMouseDown={(event) => event.preventDefault()}
    >
      {items.map((item, index) => (
        <Option key={item.label} id={completionId(index)} selected={index === active} active={index === active} onClick={() => take(item)}>
          {item.label}
          {item.note !== '' && <small> {item.note}</small>}
        </Option>
      ))}
    </div>
  );
}

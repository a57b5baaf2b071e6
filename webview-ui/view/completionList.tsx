import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PromptCommandInfo } from '../../src/model/promptCommand.js';
import { completionsOf, mentionAt, mentionsOf, type Completion, type Mentions } from '../completion.js';
import { Option } from './controls.js';
import { usePanel } from './panelContext.js';

export interface CompletionProps {
  readonly draft: string;
  /** Where the cursor is in it. */
  readonly caret: number;
  readonly commands: readonly PromptCommandInfo[];
  /** What was told last of files and sessions. */
  readonly mentions: Mentions | undefined;
  /** Takes the prompt in its place; the cursor goes to `caret`. */
  readonly onTake: (text: string, caret: number) => void;
}

/** The list of completions of a field that keeps the focus. */
export interface CompletionState {
  readonly name: string;
  readonly items: readonly Completion[];
  readonly active: number;
  /** Whether the key was one of the list's. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly take: (item: Completion) => void;
}

export const completionId = (index: number): string => `completion-${index}`;

/** Completes what is typed: Up and Down walk, Enter and Tab take, Esc closes until something else is typed. */
export function useCompletion({ draft, caret, commands, mentions, onTake }: CompletionProps): CompletionState {
  const { post } = usePanel();
  const before = draft.slice(0, caret);
  const isMention = mentionAt(before) !== undefined;
  // Rises also over fields that come and go.
  const asked = useRef(Date.now());
  useEffect(() => {
    if (isMention) post({ kind: 'complete', seq: ++asked.current, text: before });
  }, [isMention && before]);
  const found = useMemo(
    () => (isMention ? mentionsOf(draft, caret, mentions) : completionsOf(draft, commands)),
    [isMention, draft, caret, commands, mentions],
  );
  const [place, setPlace] = useState<{ readonly of: typeof found; readonly active: number }>();
  const [closed, setClosed] = useState<string>();
  const items = found && closed !== draft ? found.items : [];
  const active = place && place.of === found ? place.active : (found?.first ?? -1);
  const take = (item: Completion): void => onTake(item.text, item.caret ?? item.text.length);
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
  return { name: isMention ? 'Files and sessions' : 'Commands', items, active, onKey, take };
}

export function CompletionList({ name, items, active, take }: CompletionState) {
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
      aria-label={name}
      ref={list}
      onMouseDown={(event) => event.preventDefault()}
    >
      {items.map((item, index) => (
        <Option key={item.text} id={completionId(index)} selected={index === active} active={index === active} onClick={() => take(item)}>
          {item.label}
          {item.note !== '' && <small> {item.note}</small>}
        </Option>
      ))}
    </div>
  );
}

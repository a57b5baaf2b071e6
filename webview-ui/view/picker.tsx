import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Option } from './controls.js';
import { Icon, type IconName } from './icon.js';

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** A word beside it, such as why it cannot be chosen. */
  readonly note?: string | undefined;
  /** The whole name, where the label is a short one. */
  readonly title?: string | undefined;
  readonly disabled?: boolean | undefined;
}

interface PickerProps {
  readonly name: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  /** Stands on the button in place of the present choice's label. */
  readonly word?: string | undefined;
  readonly onPick: (id: string) => void;
  readonly icon?: IconName;
  readonly disabled?: boolean | undefined;
  /** Said in the tooltip of a picker that cannot be opened. */
  readonly why?: string | undefined;
  /** Asks elsewhere, in place of the list. */
  readonly onOpen?: (() => void) | undefined;
  /** Hears that the list is looked at. */
  readonly onShow?: (() => void) | undefined;
  /** The id of what says more of the present choice. */
  readonly describedBy?: string | undefined;
}

/** A button with the present choice, and a list above it. */
export function Picker({ name, choices, value, word, onPick, icon, disabled = false, why, onOpen, onShow, describedBy }: PickerProps) {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const root = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const chosen = choices.find((choice) => choice.id === value);
  const label = chosen?.label ?? value;
  useLayoutEffect(() => {
    if (!open) return undefined;
    list.current?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('mousedown', outside);
    return () => document.removeEventListener('mousedown', outside);
  }, [open]);
  const show = (): void => {
    if (onOpen) {
      onOpen();
      return;
    }
    setActive(
      Math.max(
        0,
        choices.findIndex((choice) => choice.id === value),
      ),
    );
    setOpen(true);
    onShow?.();
  };
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const pick = (choice: Choice | undefined): void => {
    if (!choice || choice.disabled) return;
    onPick(choice.id);
    close();
  };
  const onListKey = (event: KeyboardEvent): void => {
    const last = choices.length - 1;
    const moves: Record<string, number> = { ArrowDown: Math.min(last, active + 1), ArrowUp: Math.max(0, active - 1), Home: 0, End: last };
    const to = moves[event.key];
    if (to !== undefined) setActive(to);
    else if (event.key === 'Enter' || event.key === ' ') pick(choices[active]);
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else {
      const typed = choices.findIndex((choice) => choice.label.toLowerCase().startsWith(event.key.toLowerCase()));
      if (typed < 0) return;
      setActive(typed);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span class="picker" ref={root}>
      <button
        ref={button}
        type="button"
        class="pick"
        aria-haspopup={onOpen ? 'dialog' : 'listbox'}
        aria-expanded={onOpen ? undefined : open}
        aria-label={`${name}: ${label}`}
        aria-describedby={describedBy}
        title={disabled ? why : `${name}: ${chosen?.title ?? label}`}
        disabled={disabled}
        onClick={() => (open ? close() : show())}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          show();
        }}
      >
        {icon && <Icon name={icon} class="lead" />}
        <span class="chosen">{word ?? label}</span>
        {!disabled && <Icon name="down" />}
      </button>
      {open && (
        <div
          class="list"
          role="listbox"
          aria-label={name}
          tabIndex={-1}
          ref={list}
          aria-activedescendant={`${id}-${active}`}
          onKeyDown={onListKey}
        >
          {choices.map((choice, index) => (
            <Option
              key={choice.id}
              id={`${id}-${index}`}
              selected={choice.id === value}
              active={index === active}
              disabled={choice.disabled}
              title={choice.title}
              onClick={() => pick(choice)}
            >
              {choice.label}
              {choice.note !== undefined && <small> {choice.note}</small>}
            </Option>
          ))}
        </div>
      )}
    </span>
  );
}

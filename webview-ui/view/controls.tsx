import { createElement, type ComponentChildren, type RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.js';

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  /** One main button may be in view; flat ones stand back. */
  readonly kind?: 'main' | 'plain' | 'flat';
  readonly small?: boolean;
  /** The key that does the same, shown as a cap. */
  readonly shortcut?: string | undefined;
  readonly disabled?: boolean;
  readonly class?: string | undefined;
}

/** The toolkit's elements, wrapped once: tag names of `toolkit.ts` stand in this file alone. */
export function Button({ children, onClick, kind = 'plain', small = false, shortcut, disabled = false, class: style = '' }: ButtonProps) {
  const props = {
    appearance: kind === 'main' ? 'primary' : 'secondary',
    class: `button ${kind} ${small ? 'small' : ''} ${style}`,
    disabled,
    onClick,
  };
  return createElement('vscode-button', props, children, shortcut !== undefined && <kbd>{shortcut}</kbd>);
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly class?: string | undefined;
  readonly disabled?: boolean;
  readonly expanded?: boolean | undefined;
}

export function IconButton({ icon, label, onClick, class: style = '', disabled = false, expanded }: IconButtonProps) {
  const props = {
    appearance: 'icon',
    class: `icon-button ${style}`,
    'aria-label': label,
    title: label,
    disabled,
    onClick,
    ...(expanded !== undefined && { 'aria-expanded': String(expanded) }),
  };
  return createElement('vscode-button', props, <Icon name={icon} />);
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
  readonly invalid?: boolean;
  /** The id of what says more. */
  readonly describedBy?: string | undefined;
  readonly onBlur?: (() => void) | undefined;
  readonly placeholder?: string;
  readonly elementRef?: RefObject<HTMLElement | null>;
}

export function TextField({ label, value, onInput, onKeyDown, onBlur, placeholder, elementRef, invalid, describedBy }: TextFieldProps) {
  const own = useRef<HTMLElement>(null);
  const element = elementRef ?? own;
  // The toolkit puts a label of its own in the place of ours when the element is connected.
  useLayoutEffect(() => element.current?.setAttribute('aria-label', label), [element, label]);
  return createElement('vscode-text-field', {
    'aria-label': label,
    'aria-invalid': invalid === true ? 'true' : undefined,
    'aria-describedby': describedBy,
    class: 'field',
    value,
    placeholder,
    onInput: (event: Event) => onInput((event.target as HTMLInputElement).value),
    onKeyDown,
    onBlur,
    ref: element,
  });
}

interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}

export const Checkbox = ({ checked, onChange, disabled = false, children }: CheckboxProps) =>
  createElement(
    'vscode-checkbox',
    { checked, disabled, onChange: (event: Event) => onChange((event.target as HTMLInputElement).checked) },
    children,
  );

/** Ours: the toolkit's badge writes a style attribute, which the panel's policy forbids. */
export const Badge = ({ children, title }: { readonly children: ComponentChildren; readonly title?: string }) => (
  <span class="badge" title={title}>
    {children}
  </span>
);

interface OptionProps {
  readonly id: string;
  readonly selected: boolean;
  readonly active: boolean;
  readonly disabled?: boolean | undefined;
  readonly title?: string | undefined;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** A choice of a listbox. The list keeps the focus and points at the active choice. */
export function Option({ id, selected, active, disabled = false, title, onClick, children }: OptionProps) {
  const props = { id, class: `option ${active ? 'active' : ''}`, selected, disabled, title, onClick };
  return createElement('vscode-option', props, children);
}

const nothing = (): void => undefined;

/**
 * Focuses an element, but never takes the focus from an editor or a tree beside the panel, where somebody may be typing: then
 * it is for the time when the person comes here. Gives what withdraws that.
 */
export function focusHere(element: HTMLElement): () => void {
  if (document.hasFocus()) {
    element.focus();
    return nothing;
  }
  const onFocus = (): void => {
    if (document.activeElement === document.body) element.focus();
  };
  window.addEventListener('focus', onFocus, { once: true });
  return () => {
    window.removeEventListener('focus', onFocus);
  };
}

/** The parts of the conversation that the arrow keys visit, in order. */
const stops = (root: HTMLElement): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('[data-stop]')];

/** Makes one stop reachable by Tab, the last unless one was visited: the conversation is a single stop from outside. */
export function keepOneStop(root: HTMLElement): void {
  const all = stops(root);
  const current = all.find((stop) => stop.tabIndex === 0) ?? all.at(-1);
  for (const stop of all) stop.tabIndex = stop === current ? 0 : -1;
}

/** Moves the focus to another stop. Answers whether there was one. */
export function moveStop(root: HTMLElement, to: 'next' | 'previous' | 'first' | 'last'): boolean {
  const all = stops(root);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const target = { next: all[at + 1], previous: at > 0 ? all[at - 1] : undefined, first: all[0], last: all.at(-1) }[to];
  if (!target) return false;
  focusStop(root, target);
  return true;
}

export function focusStop(root: HTMLElement, target: HTMLElement): void {
  for (const stop of stops(root)) stop.tabIndex = stop === target ? 0 : -1;
  target.focus();
}

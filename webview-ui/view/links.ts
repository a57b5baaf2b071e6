import type { ToHost } from '../../src/protocol/messages.js';

/** Every link of the panel goes through the host, which decides: nothing navigates by itself. */
export function followLinks(root: HTMLElement, post: (message: ToHost) => void): void {
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link) return;
    event.preventDefault();
    // VS Code opens links by itself, and would do so a second time.
    event.stopPropagation();
    const { path, line } = link.dataset;
    if (path !== undefined) post({ kind: 'openFile', path, ...(line !== undefined && { line: Number(line) }) });
    else if (link.getAttribute('href') !== '#') post({ kind: 'openLink', url: link.href });
  };
  root.addEventListener('click', onClick);
  root.addEventListener('auxclick', onClick);
}

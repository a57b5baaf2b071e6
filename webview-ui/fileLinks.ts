/** A place in a file, as an answer names it: a path relative to the folder or absolute, and a line from 1. */
export interface FileLink {
  readonly path: string;
  readonly line?: number | undefined;
}

/** Where a link of an answer leads: a file, a web address, or nowhere (`undefined`): then it is plain text. */
export type LinkTarget = { readonly kind: 'file'; readonly file: FileLink } | { readonly kind: 'web'; readonly url: string };

/** Sorts out a link. Only http, https and mailto are addresses; `command:`, `javascript:`, `data:` and the like lead nowhere. */
export function linkTarget(href: string): LinkTarget | undefined {
  if (/^(?:https?:\/\/|mailto:)/i.test(href)) return { kind: 'web', url: href };
  const file = parseFileLink(href);
  return file && { kind: 'file', file };
}

/** Reads `src/app.ts`, `src/app.ts:31`, `src/app.ts:31:5`, `src/app.ts#L31` and `file:///…`. `undefined` for anything else. */
export function parseFileLink(href: string): FileLink | undefined {
  const text = decode(href)
    .replace(/^file:\/\/(?=\/)/i, '')
    .replace(/^\/(?=[a-z]:[\\/])/i, '');
  const [, path = '', hashLine, colonLine] = /^(.*?)(?:#L(\d+)(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|:(\d+)(?::\d+)?(?:-\d+)?)?$/.exec(text) ?? [];
  // eslint-disable-next-line no-control-regex -- a path that carries control characters is no path
  if (path === '' || path.startsWith('#') || path.startsWith('//') || /[\u0000-\u001f]/.test(path)) return undefined;
  // A scheme has two letters or more: one is a drive of Windows.
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return undefined;
  const line = Number(hashLine ?? colonLine ?? 0);
  return { path, line: line > 0 ? line : undefined };
}

const inlinePath = /^(?:\.{0,2}\/|[a-z]:[\\/])?(?:[\w.@+-]+[\\/])*[\w.@+-]*\.[a-z]\w{0,9}(?::\d+(?::\d+)?)?$/i;

/** Reads inline code as a file, where it can be nothing else: it has an extension, and a folder or a line. */
export function parseInlinePath(code: string): FileLink | undefined {
  if (!inlinePath.test(code) || !/[\\/]|:\d/.test(code)) return undefined;
  return parseFileLink(code);
}

/** The last part of a file's address or path, as people write it; the whole where it has none. */
export const fileName = (uri: string): string => decode(uri.split(/[\\/]/).at(-1) || uri);

/** Finds `folder/file.ext:line` in plain text. */
export const pathInText = /(?<![\w/:.@-])(?:\.{0,2}\/)?(?:[\w.@+-]+\/)+[\w.@+-]*\.[a-z]\w{0,9}:\d+\b/gi;

function decode(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch (error) {
    if (error instanceof URIError) return href;
    throw error;
  }
}

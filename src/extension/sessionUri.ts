import { sessionIdPattern } from '../model/sessionId.js';
import { textStart } from '../model/textStart.js';

export const sessionScheme = 'skein-session';

/** What a `skein-session:` URI names. */
export interface SessionRef {
  readonly folder: string;
  readonly id: string;
}

/** Parts of the URI of a session's transcript; `name` is what the editor's tab shows. */
export function sessionUriParts(
  { folder, id }: SessionRef,
  name: string,
): { readonly scheme: string; readonly path: string; readonly query: string } {
  // Half of a character, which a title may have been cut to, stands in no address.
  const safe = textStart(name.replace(/[\\/:*?"<>|#%\s]+|\p{Surrogate}+/gu, ' ').trim(), 60);
  const query = new URLSearchParams({ folder }).toString();
  return { scheme: sessionScheme, path: `/${encodeURIComponent(id)}/${safe === '' ? 'session' : safe}.md`, query };
}

export function parseSessionUri({ path, query }: { readonly path: string; readonly query: string }): SessionRef | undefined {
  const folder = new URLSearchParams(query).get('folder');
  const id = decoded(path.split('/')[1] ?? '');
  return folder === null || id === undefined || !isSessionId(id) ? undefined : { folder, id };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Whether text from outside can be a session's id: ours, or `<source>:<its own id>` without path parts. */
export function isSessionId(text: string): boolean {
  return sessionIdPattern.test(text) || (/^[a-z][a-z0-9_-]{0,31}:[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/.test(text) && !text.includes('..'));
}

/** The id in `vscode://skein.skein/session/<id>`, or `undefined` for any other address. */
export function sessionOfLink(path: string): string | undefined {
  const id = /^\/session\/([^/]+)$/.exec(path)?.[1];
  return id !== undefined && isSessionId(id) ? id : undefined;
}

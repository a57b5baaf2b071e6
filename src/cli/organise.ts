import type { SessionPatch } from '../core/workspace.js';
import type { SessionRow } from '../model/row.js';
import { tagsIn } from '../model/tags.js';
import type { Command, Invocation } from './invocation.js';
import { sessionName } from './sessionName.js';
import { shortId } from './shortId.js';

/** Changes the sessions that were named, says what each is now, and how to take it back. */
async function patch(
  { terminal, open }: Invocation,
  names: readonly string[],
  change: SessionPatch,
  done: (row: SessionRow) => string,
): Promise<undefined> {
  const workspace = await open();
  const ids = await resolveIds(workspace, names);
  for (const row of await workspace.patch(ids, change)) terminal.say(`${shortId(row.id)} ${done(row)}`);
}

/** Full ids, each once, in the order of their names. All are looked up before anything is changed. */
export async function resolveIds(workspace: { resolveId(text: string): Promise<string> }, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push(await workspace.resolveId(name));
  return [...new Set(ids)];
}

const tagsOf = (row: SessionRow): string => `tags: ${row.tags.join(', ') || 'none'}`;

/** Spaces and commas stand between tags here as in VS Code; what is empty is refused where it is done. */
export const tag: Command = (invocation) => {
  const addTags = invocation.args.slice(1).flatMap((text) => (text.trim() === '' ? [text] : tagsIn(text)));
  return patch(invocation, invocation.args.slice(0, 1), { addTags }, tagsOf);
};
export const untag: Command = (invocation) =>
  patch(invocation, invocation.args.slice(0, 1), { removeTags: invocation.args.slice(1) }, tagsOf);
export const rename: Command = (invocation) =>
  patch(invocation, invocation.args.slice(0, 1), { title: invocation.args[1] }, (row) => `is now "${sessionName(row)}"`);
export const pin: Command = (invocation) => patch(invocation, invocation.args, { pinned: true }, () => 'pinned');
export const unpin: Command = (invocation) => patch(invocation, invocation.args, { pinned: false }, () => 'unpinned');
export const archive: Command = (invocation) => patch(invocation, invocation.args, { archived: true }, () => 'archived');
export const unarchive: Command = (invocation) => patch(invocation, invocation.args, { archived: false }, () => 'unarchived');

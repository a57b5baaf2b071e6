import { SessionError } from '../model/errors.js';
import type { DeletedRow, Workspace } from '../core/workspace.js';
import type { ExitCode, Invocation } from './invocation.js';
import { resolveIds } from './organise.js';
import { sessionName } from './sessionName.js';
import { shortIds } from './shortId.js';
import { tableLines } from './table.js';
import { countOf, relativeTime } from './words.js';

/** `skein sessions delete`: asks nothing, because it can be undone. Before it touches another program's store it says so of each. */
export async function remove({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const ids = await resolveIds(workspace, args);
  const inSource = options.inSource === true;
  const plan = inSource ? (await workspace.planRemoval(ids)).map(({ detail }) => detail) : await hidingPlan(workspace, ids);
  if (inSource || options.dryRun === true) for (const line of plan) terminal.say(line);
  if (options.dryRun === true) return;
  await workspace.remove(ids, { inSource });
  terminal.say(`deleted ${countOf(ids.length, 'session')}; skein undo brings ${ids.length === 1 ? 'it' : 'them'} back`);
}

async function hidingPlan(workspace: Workspace, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await Promise.all(ids.map((id) => workspace.get(id)));
  return rows.map((row) =>
    row.source === 'skein'
      ? `"${sessionName(row)}" would go to the trash, from which it can be put back`
      : `"${sessionName(row)}" would be hidden here and stay in the store of ${row.source}; it can be shown again`,
  );
}

/** `skein sessions restore <id>…`; without an id, what is in the trash. */
export async function restore({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const trashed = await workspace.trashed();
  if (args.length > 0) {
    const ids = [...new Set(args.map((name) => trashedId(name, trashed)))];
    await workspace.restore(ids);
    terminal.say(`restored ${countOf(ids.length, 'session')}`);
  } else if (options.json === true) {
    terminal.json(trashed);
  } else {
    if (trashed.length === 0) terminal.say('the trash is empty');
    for (const line of await trashLines(trashed, terminal.width)) terminal.print(line);
  }
}

/** A deleted session's id: whole, or by a unique start of 4 characters or more. */
function trashedId(name: string, trashed: readonly DeletedRow[]): string {
  const ids = trashed.map(({ row }) => row.id);
  const matches = ids.includes(name)
    ? [name]
    : ids.filter((id) => name.length >= 4 && (id.startsWith(name) || id.slice(id.indexOf(':') + 1).startsWith(name)));
  const [id, ...others] = new Set(matches);
  if (id === undefined) {
    throw new SessionError('not_found', `no deleted session "${name}"`, {
      hint: 'skein sessions restore lists those that can be restored',
    });
  }
  if (others.length > 0)
    throw new SessionError('ambiguous', `"${name}" may be ${[id, ...others].join(', ')}`, { hint: 'write more of the id' });
  return id;
}

function trashLines(trashed: readonly DeletedRow[], width: number | undefined): Promise<string[]> {
  const short = shortIds(trashed.map(({ row }) => row.id));
  const now = Date.now();
  return tableLines<DeletedRow>(
    [
      { heading: 'ID', text: ({ row }) => short.get(row.id) ?? row.id },
      { heading: 'DELETED', text: (deleted) => relativeTime(deleted.deleted_at, now) },
      { heading: 'TITLE/PROMPT', text: ({ row }) => sessionName(row) },
    ],
    trashed,
    { width },
  );
}

/** `skein undo` */
export async function undo({ terminal, open }: Invocation): Promise<ExitCode> {
  const workspace: Workspace = await open();
  const undone = await workspace.undo();
  terminal.say(undone ? `undone: ${undone.what}` : 'there is nothing to undo');
  return undone ? 0 : 1;
}

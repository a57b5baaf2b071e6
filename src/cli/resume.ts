import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { continueRow } from './continuation.js';
import type { Invocation } from './invocation.js';
import { scopeOf } from './listCommand.js';
import { isUnreadable } from './sessionName.js';

/** `skein resume [id] [prompt]`: with `--last` or a choice from a list, what is given is the prompt. */
export async function resume(invocation: Invocation): Promise<undefined> {
  const { args, options, terminal } = invocation;
  const choosing = options.interactive === true;
  if (choosing && !terminal.interactive)
    throw new SessionError('usage', 'there is no terminal to choose on', { hint: 'skein resume <id>, or --last' });
  if (choosing && options.last === true) throw new SessionError('usage', '--last and --interactive say different things');
  if ((choosing || options.last === true) && args.length > 1) {
    throw new SessionError('usage', 'an id was given, and another session asked for', {
      hint: 'skein resume <id> "prompt", or skein resume --last "prompt"',
    });
  }
  const workspace = await invocation.open();
  if (choosing) return goOn(invocation, workspace, await chosen(invocation, workspace), args[0]);
  if (options.last === true) return goOn(invocation, workspace, await last(invocation, workspace), args[0]);
  const [id, prompt] = args;
  if (id !== undefined) return goOn(invocation, workspace, await named(invocation, workspace, id), prompt);
  if (terminal.interactive) return goOn(invocation, workspace, await chosen(invocation, workspace), undefined);
  throw new SessionError('usage', 'which session?', { hint: 'skein resume <id>, or --last' });
}

/** With `--all` also one of another folder, by its id or the unique start of it. */
async function named({ options }: Invocation, workspace: Workspace, name: string): Promise<SessionRow> {
  try {
    return await workspace.get(await workspace.resolveId(name));
  } catch (error) {
    if (options.all !== true || !(error instanceof SessionError) || error.code !== 'not_found') throw error;
    const { rows } = await workspace.list({ scope: 'all' });
    const found = rows.filter(({ id }) => id.startsWith(name.toLowerCase()));
    const [row] = found;
    if (!row) throw error;
    if (found.length > 1)
      throw new SessionError('ambiguous', `"${name}" fits ${String(found.length)} sessions`, { hint: 'write more of the id' });
    return row;
  }
}

/** A session of another store is gone on with in its own folder: its agent works there. */
async function goOn(invocation: Invocation, workspace: Workspace, row: SessionRow, prompt: string | undefined): Promise<undefined> {
  const elsewhere = row.source === 'skein' && row.path !== workspace.root && invocation.options.all === true;
  const own = elsewhere ? await invocation.open({ folder: row.workdir }) : workspace;
  return continueRow(invocation, own, row, prompt);
}

/** What can be gone on with, last used first. Other worktrees only when every folder is asked for. */
async function candidates({ options }: Invocation, workspace: Workspace): Promise<SessionRow[]> {
  const scope = scopeOf(options);
  const { rows } = await workspace.list({
    sort: 'last_used',
    ...(scope === undefined ? {} : { scope }),
    ...(options.backend === undefined ? {} : { backend: options.backend }),
  });
  return rows.filter((row) => !isUnreadable(row) && (scope === 'all' || row.worktree === undefined));
}

async function last(invocation: Invocation, workspace: Workspace): Promise<SessionRow> {
  const { here, all, backend } = invocation.options;
  const plain = here !== true && all !== true && backend === undefined;
  const row = plain ? await workspace.latest({ running: invocation.options.takeOver }) : (await candidates(invocation, workspace))[0];
  if (row) return row;
  throw new SessionError('not_found', 'there is no session to resume', { hint: 'skein sessions list --all shows those of every folder' });
}

async function chosen(invocation: Invocation, workspace: Workspace): Promise<SessionRow> {
  const rows = await candidates(invocation, workspace);
  if (rows.length === 0) return last(invocation, workspace);
  return (await import('./picker.js')).pickSession(rows);
}

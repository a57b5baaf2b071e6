import { requireAgent } from '../core/turns/switchAgent.js';
import type { Workspace } from '../core/workspace.js';
import type { SessionRow } from '../model/row.js';
import { converse } from './conversation.js';
import type { Invocation } from './invocation.js';
import { newSession, settingsOf } from './newSession.js';
import { sessionName } from './sessionName.js';
import { shortId } from './shortId.js';
import type { Terminal } from './terminal.js';

/** `skein -c`: the last session of this working tree; a new one, said so, where there is none. */
export async function continueLast(invocation: Invocation, prompt: string | undefined): Promise<undefined> {
  const workspace = await invocation.open();
  const row = await workspace.latest({ running: invocation.options.takeOver });
  if (row) return continueRow(invocation, workspace, row, prompt);
  invocation.terminal.say('there is no session here to continue: this is a new one');
  return newSession(invocation, prompt);
}

/** `skein -a` and `--session`: by id, start of an id, or number in the list. */
export async function continueNamed(invocation: Invocation, name: string, prompt: string | undefined): Promise<undefined> {
  const workspace = await invocation.open();
  return continueRow(invocation, workspace, await workspace.get(await workspace.resolveId(name)), prompt);
}

/** Goes on in a session, made ready first: another program's becomes ours. */
export async function continueRow(
  invocation: Invocation,
  workspace: Workspace,
  row: SessionRow,
  prompt: string | undefined,
): Promise<undefined> {
  const { terminal, options } = invocation;
  if (options.backend !== undefined && options.backend !== row.backend) {
    const { title } = requireAgent(await workspace.agents(), options.backend);
    terminal.say(terminal.styleError('dim', `${title} goes on with this session, and is told what was said`));
  }
  let id: string | undefined;
  const ready = async (shown: Terminal): Promise<string> => {
    const ours = await workspace.resume(row.id);
    if (ours.id !== row.id) shown.say(`continues ${row.id} as session ${ours.id}`);
    await change(invocation, workspace, ours.id);
    return ours.id;
  };
  terminal.say(terminal.styleError('dim', `continuing ${shortId(row.id)} "${sessionName(row)}"`));
  await converse(invocation, workspace, async (shown) => (id ??= await ready(shown)), prompt);
}

/** `-c --model … --backend …`: the options of a new session change one that goes on. */
async function change({ options }: Invocation, workspace: Workspace, id: string): Promise<void> {
  const { title, tag: addTags, backend } = options;
  const settings = settingsOf(options);
  if (title === undefined && addTags === undefined && settings === undefined && backend === undefined) return;
  await workspace.patch([id], { title, addTags, settings, backend });
}

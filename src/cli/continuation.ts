import type { Workspace } from '../core/workspace.js';
import type { SessionRow } from '../model/row.js';
import { SessionError } from '../model/errors.js';
import { converse } from './conversation.js';
import type { Invocation } from './invocation.js';
import { newSession, settingsOf } from './newSession.js';
import { sessionName } from './sessionName.js';
import { shortId } from './shortId.js';

/** `skein -c`: the last session of this working tree; a new one, said so, where there is none. */
export async function continueLast(invocation: Invocation, prompt: string | undefined): Promise<undefined> {
  const workspace = await invocation.open();
  const row = await workspace.latest();
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
    throw new SessionError('usage', `this session is answered by ${row.backend || 'no agent yet'}, not ${options.backend}`, {
      hint: `skein sessions fork ${shortId(row.id)} --backend ${options.backend} goes on with another agent`,
    });
  }
  let id: string | undefined;
  const ready = async (): Promise<string> => {
    const ours = await workspace.resume(row.id);
    if (ours.id !== row.id) terminal.say(`continues ${row.id} as session ${ours.id}`);
    await change(invocation, workspace, ours.id);
    return ours.id;
  };
  terminal.say(terminal.styleError('dim', `continuing ${shortId(row.id)} "${sessionName(row)}"`));
  await converse(invocation, workspace, async () => (id ??= await ready()), prompt);
}

/** `-c --model …`: the options of a new session change one that goes on. */
async function change({ options }: Invocation, workspace: Workspace, id: string): Promise<void> {
  const { title, tag: addTags } = options;
  const settings = settingsOf(options);
  if (title === undefined && addTags === undefined && settings === undefined) return;
  await workspace.patch([id], { title, addTags, settings });
}

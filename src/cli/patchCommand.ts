import { patchFrom } from '../core/config/sessionSettings.js';
import type { Invocation } from './invocation.js';
import { plainLine } from './plainText.js';
import { shortId } from './shortId.js';

/** `skein sessions patch <id> key=value…`: changes title, agent, settings and the like, and says how the session stands. */
export async function patchCommand({ args, terminal, open }: Invocation): Promise<undefined> {
  const [name = '', ...words] = args;
  const workspace = await open();
  const id = await workspace.resolveId(name);
  await workspace.patch([id], patchFrom(words, await workspace.get(id)));
  terminal.say(`${shortId(id)} changed: ${words.map(plainLine).join(' ')}`);
}

import { SessionError } from '../model/errors.js';
import type { Invocation } from './invocation.js';
import { onInterrupt } from './interrupt.js';
import { plainText } from './plainText.js';
import { startProgress } from './progress.js';
import { Questions } from './questions.js';
import { settle, throwSent } from './turnRun.js';

/** `skein sessions send`. The turn runs in this process, so that it lives until the answer is there, printed or not. */
export async function send({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const [id = '', message = ''] = args;
  const { reply = 'reply', announceTo } = options;
  if (message.trim() === '') throw new SessionError('usage', 'there is no message', { hint: 'skein sessions send <id> "message"' });
  if (announceTo !== undefined && reply !== 'announce') throw new SessionError('usage', '--to goes with --reply announce');
  const workspace = await open();
  const questions = new Questions(workspace, terminal);
  const stopListening = workspace.onTurn((turn, _seq, update) => questions.take(turn, update));
  const stopProgress = startProgress(terminal, 'waiting for the answer');
  const interrupts = new AbortController();
  const stopInterrupts = onInterrupt(() => interrupts.abort());
  try {
    const sent = await workspace.send({ session: id, message, reply, announceTo, signal: interrupts.signal });
    if (sent.state === 'queued') terminal.say('the session runs: the message waits for it');
    await settle(workspace, terminal, interrupts.signal);
    stopProgress();
    if (options.json === true) terminal.json(sent);
    else if (reply === 'reply' && sent.reply) terminal.print(plainText(sent.reply));
    throwSent(sent);
  } finally {
    stopInterrupts();
    stopProgress();
    stopListening();
    questions.close();
  }
}

import type { FollowedTurn } from '../core/workspace.js';
import type { Entry } from '../model/entry.js';
import { shownText } from '../model/contentText.js';
import { onInterrupt } from './interrupt.js';
import type { ExitCode, Invocation } from './invocation.js';
import { plainLine } from './plainText.js';
import { shortId } from './shortId.js';
import type { Terminal } from './terminal.js';
import { TurnPrinter } from './turnPrinter.js';

/** `skein sessions follow`: prints the turn that another process runs, until it ends. Ctrl+C leaves it alone. */
export async function follow({ args, options, terminal, open }: Invocation): Promise<ExitCode> {
  const workspace = await open();
  const id = await workspace.resolveId(args[0] ?? '');
  const printer = new TurnPrinter(terminal);
  const { json = false } = options;
  const stopListening = workspace.onTurn((turn, _seq, update) => {
    if (turn !== id) return;
    if (json) terminal.print(JSON.stringify(update));
    else if (update.kind === 'started') sayPrompt(update.entry, terminal);
    else printer.print(update);
  });
  const left = new AbortController();
  const stopInterrupts = onInterrupt(() => left.abort());
  try {
    const followed = await workspace.follow(id);
    if (followed === undefined) {
      terminal.say(`session ${shortId(id)} is not running`);
      return 0;
    }
    const { program, pid, host } = followed.holder;
    terminal.say(terminal.styleError('dim', `following ${program} (pid ${String(pid)} on ${host}); Ctrl+C leaves it alone`));
    if (!json) showSoFar(followed, printer, terminal);
    left.signal.addEventListener('abort', () => followed.stop());
    if (left.signal.aborted) followed.stop();
    const ended = await followed.done;
    printer.pause();
    if (ended === undefined) return 130;
    if (!json && ended.stop_reason !== 'end_turn') terminal.say(`[${plainLine(ended.error?.message ?? ended.stop_reason)}]`);
    return 0;
  } finally {
    stopInterrupts();
    stopListening();
    printer.pause();
  }
}

/** The turn that is under way, from its prompt on. */
function showSoFar({ entries, live }: FollowedTurn, printer: TurnPrinter, terminal: Terminal): void {
  const start = entries.findLastIndex((entry) => entry.type === 'message' && entry.message.role === 'user');
  for (const entry of start < 0 ? [] : entries.slice(start)) {
    if (entry === entries[start]) sayPrompt(entry, terminal);
    else printer.print({ kind: 'entry', entry });
  }
  for (const update of live) printer.print(update);
}

function sayPrompt(entry: Entry, terminal: Terminal): void {
  if (entry.type !== 'message') return;
  for (const line of shownText(entry.message.content).split('\n')) terminal.say(terminal.styleError('dim', `> ${plainLine(line)}`));
}

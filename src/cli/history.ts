import type { Entry } from '../model/entry.js';
import { shownText } from '../model/contentText.js';
import type { Invocation } from './invocation.js';
import { plainLine, plainText } from './plainText.js';
import { shortIds } from './shortId.js';
import type { Terminal } from './terminal.js';

/** `skein sessions history`: the transcript to read, or its entries as they are with `--json`. */
export async function history({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const id = await workspace.resolveId(args[0] ?? '');
  const entries = options.setAside === true ? await workspace.setAside(id) : await workspace.history(id, options.lastEntries);
  if (options.json === true) {
    terminal.json(entries);
    return;
  }
  const short = shortIds(entries.map(({ id }) => id));
  for (const entry of entries) {
    const words = entryWords(entry, short.get(entry.id) ?? entry.id, terminal);
    if (words !== undefined) terminal.print(`${words}\n`);
  }
}

/** An entry to read; undefined for those that only keep the books. */
function entryWords(entry: Entry, name: string, terminal: Terminal): string | undefined {
  switch (entry.type) {
    case 'message': {
      const { role, content } = entry.message;
      const who = role === 'user' ? 'you' : role === 'assistant' ? [entry.backend ?? 'agent', entry.model].filter(Boolean).join(' ') : role;
      const end = entry.error ?? (entry.stop_reason === undefined || entry.stop_reason === 'end_turn' ? undefined : entry.stop_reason);
      const body = [plainText(shownText(content)).trimEnd(), ...(end === undefined ? [] : [`[${plainLine(end)}]`])];
      return `${heading(who, entry, name, terminal)}\n${body.filter(Boolean).join('\n')}`;
    }
    case 'thinking':
      return `${heading('thinking', entry, name, terminal)}\n${terminal.style('dim', plainText(entry.text).trimEnd())}`;
    case 'tool_call': {
      const lines = [
        plainLine(entry.call.title),
        ...(entry.call.output === undefined ? [] : plainText(entry.call.output).trimEnd().split('\n')),
      ];
      return `${heading(`tool (${entry.call.status})`, entry, name, terminal)}\n${lines.join('\n  ')}`;
    }
    case 'plan':
      return `${heading('plan', entry, name, terminal)}\n${entry.steps.map((step) => `[${step.status}] ${plainLine(step.text)}`).join('\n')}`;
    case 'compact':
      return `${heading('compacted', entry, name, terminal)}\n${plainText(entry.summary).trimEnd()}`;
    case 'reset':
      return heading('reset', entry, name, terminal);
    case 'session':
    case 'info':
    case 'checkpoint':
      return undefined;
    case 'lease':
      return entry.reason === 'taken_over' && entry.holder
        ? heading(`taken over by ${entry.holder.program} (pid ${String(entry.holder.pid)} on ${entry.holder.host})`, entry, name, terminal)
        : undefined;
  }
}

/** Who or what, when, and the name of the entry that `fork --at` takes. */
function heading(who: string, entry: Entry, name: string, terminal: Terminal): string {
  return `${terminal.style('bold', plainLine(who))} ${terminal.style('dim', `${entry.timestamp} ${name}`)}`;
}

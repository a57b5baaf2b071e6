import type { Entry } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { textStart } from '../../model/textStart.js';
import type { MessageUsage } from '../../model/usage.js';
import type { ClaudeTurn } from './claudeBranches.js';
import { addUsage } from './claudeUsage.js';

/** An entry's place in the transcript; the entry may still get more. */
export interface ClaudeSlot {
  readonly turn: ClaudeTurn;
  entry: Entry;
}

/** The entries of the active branch. Each stretch that was left is one note, which says so and carries what it used. */
export function joinBranches(slots: readonly ClaudeSlot[], active: ReadonlySet<ClaudeTurn>): readonly Entry[] {
  const entries: Entry[] = [];
  let left: Entry[] = [];
  for (const { turn, entry } of slots) {
    if (!active.has(turn)) {
      left.push(entry);
      continue;
    }
    if (left.length > 0) entries.push(leftNote(left));
    left = [];
    entries.push(entry);
  }
  return left.length > 0 ? [...entries, leftNote(left)] : entries;
}

function leftNote(left: readonly Entry[]): Entry {
  const messages = left.flatMap((entry) => (entry.type === 'message' ? [entry] : []));
  const prompt = messages.find(({ message }) => message.role === 'user');
  const [line = ''] = prompt ? textOf(prompt.message.content).split('\n') : [];
  const id = `${left[0]?.id ?? ''}:left`;
  let usage: MessageUsage | undefined;
  let inherited: { from: string; usage: MessageUsage } | undefined;
  for (const message of messages) {
    if (message.usage) usage = addUsage(usage, message.usage);
    if (message.inherited) inherited = { from: message.inherited.from, usage: addUsage(inherited?.usage, message.inherited.usage) };
  }
  const text = `Left behind when the conversation went back to an earlier prompt${line ? `: ${textStart(line, 200)}` : ''}`;
  return {
    type: 'message',
    id,
    source_id: id,
    timestamp: left[0]?.timestamp ?? new Date(0).toISOString(),
    message: { role: 'system', content: [{ type: 'text', text }] },
    ...(usage && { usage }),
    ...(inherited && { inherited }),
  };
}

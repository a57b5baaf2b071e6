import type { ContentBlock } from './entry.js';
import { textOf } from './contentText.js';
import { partOf, type Said } from './replay.js';
import type { ReplayView } from './replayView.js';

/** One message of a conversation that is handed to a model. The roles alternate, and the first is the user's. */
export interface ReplayMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ContentBlock[];
}

/**
 * A conversation as messages, for an agent that keeps none itself. A tool call stands with its output as words of the user: so
 * it is never left unanswered, and the model does not take it for a way to write.
 */
export function replayMessages({ before, entries }: ReplayView): readonly ReplayMessage[] {
  const earlier: readonly ReplayMessage[] = before === '' ? [] : [{ role: 'user', content: [{ type: 'text', text: before }] }];
  return joinMessages([...earlier, ...entries.flatMap((entry) => messageOf(entry) ?? [])]);
}

/** The same with neighbours of one role made one message, which is what models take. */
export function joinMessages(messages: readonly ReplayMessage[]): readonly ReplayMessage[] {
  const joined: ReplayMessage[] = [];
  for (const { role, content } of messages) {
    const last = joined.at(-1);
    if (last?.role === role) joined[joined.length - 1] = { role, content: [...last.content, ...content] };
    else if (last === undefined && role === 'assistant') joined.push(leftOut, { role, content });
    else joined.push({ role, content });
  }
  return joined;
}

const leftOut: ReplayMessage = { role: 'user', content: [{ type: 'text', text: '(What was said before this is left out.)' }] };

function messageOf(entry: Said): ReplayMessage | undefined {
  if (entry.type === 'message' && entry.message.role !== 'system') {
    const { role, content } = entry.message;
    // A model that is given an empty text refuses all of it.
    const kept = content.filter((block) => block.type === 'image' || textOf([block]).trim() !== '');
    return kept.length === 0 ? undefined : { role, content: kept };
  }
  const text = partOf(entry);
  return text === '' ? undefined : { role: 'user', content: [{ type: 'text', text }] };
}

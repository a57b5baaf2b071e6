import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { isPrompt, messageText } from './geminiMessage.js';

/** A message, or the mark of where the list of messages was replaced: by a summary, or by nothing that was said. */
export type GeminiItem =
  | { readonly kind: 'message'; readonly message: JsonObject }
  | { readonly kind: 'compact'; readonly message: JsonObject }
  | { readonly kind: 'reset'; readonly message: JsonObject };

/**
 * The messages of one session file, from its records one after the other: a message whose id is known stands for the earlier
 * one, `$set.messages` for the whole list, `$rewindTo` takes one and all after it away. What a summary replaced stays, before
 * a mark; so does all that was said where the list is emptied, which is what a resume that fails does. One that succeeds
 * within the minute empties it too, and puts all back with its next record: then nothing is marked.
 */
export class GeminiConversation {
  #before: readonly GeminiItem[] = [];
  #messages = new Map<string, JsonObject>();

  add(record: unknown): void {
    const fields = objectOf(record);
    const set = objectOf(fields['$set']);
    if (typeof fields['$rewindTo'] === 'string') this.#rewind(fields['$rewindTo']);
    else if (typeof fields['id'] === 'string') this.#messages.set(fields['id'], fields);
    else if (Array.isArray(set['messages'])) this.#replace(listed(set['messages']), stringOf(set['lastUpdated']));
    // A file of before the lines: the whole conversation is its first and only record.
    else if (Array.isArray(fields['messages'])) for (const [id, message] of listed(fields['messages'])) this.#messages.set(id, message);
  }

  items(): readonly GeminiItem[] {
    return [...this.#before, ...this.#current()];
  }

  #current(): GeminiItem[] {
    return [...this.#messages.values()].map((message) => ({ kind: 'message', message }));
  }

  #rewind(id: string): void {
    const ids = [...this.#messages.keys()];
    const from = ids.indexOf(id);
    for (const gone of from === -1 ? ids : ids.slice(from)) this.#messages.delete(gone);
  }

  #replace(next: Map<string, JsonObject>, time: string): void {
    const summary = [...next.values()].find((message) => isSummary(message) && !this.#messages.has(idOf(message)));
    const wasSaid = [...this.#messages.values()].some(isSaid);
    let before = [...this.#before];
    if (summary) {
      before.push(...this.#current(), { kind: 'compact', message: summary });
      next.delete(idOf(summary));
    } else if (wasSaid && ![...next.values()].some(isSaid)) {
      const last = [...this.#messages.keys()].at(-1) ?? '';
      before.push(...this.#current(), { kind: 'reset', message: { id: `reset-${last}`, timestamp: time } });
    }
    before = before.filter((item) => item.kind !== 'message' || !next.has(idOf(item.message)));
    this.#before = before.filter((item, at) => item.kind !== 'reset' || before[at - 1]?.kind === 'message');
    this.#messages = next;
  }
}

const idOf = (message: JsonObject): string => stringOf(message['id']);

/** The text with which Gemini CLI goes on after it compressed a conversation. */
const isSummary = (message: JsonObject): boolean => message['type'] === 'user' && messageText(message).includes('<state_snapshot>');

const isSaid = (message: JsonObject): boolean =>
  isPrompt(message) || (message['type'] === 'gemini' && (messageText(message) !== '' || arrayOf(message['toolCalls']).length > 0));

function listed(messages: unknown): Map<string, JsonObject> {
  return new Map(
    arrayOf(messages).flatMap((value) => {
      const message = objectOf(value);
      return typeof message['id'] === 'string' ? [[message['id'], message] as const] : [];
    }),
  );
}

/** The items of a session's files, oldest first, each message once: a resume repeats in its own file what it found. */
export function mergeItems(files: readonly (readonly GeminiItem[])[]): readonly GeminiItem[] {
  const merged = new Map<string, GeminiItem>();
  for (const item of files.flat()) merged.set(`${item.kind} ${idOf(item.message)}`, item);
  return [...merged.values()];
}

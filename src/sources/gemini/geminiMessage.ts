import type { ContentBlock } from '../../model/entry.js';
import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** A message's content as parts: a text, one part, or several, whichever it is. */
export function partsOf(content: unknown): readonly JsonObject[] {
  if (typeof content === 'string') return [{ text: content }];
  if (Array.isArray(content)) return arrayOf(content).map((part) => (typeof part === 'string' ? { text: part } : objectOf(part)));
  const part = objectOf(content);
  return Object.keys(part).length === 0 ? [] : [part];
}

/** What Gemini CLI puts beside or in place of what a person says: where they are, and what hooks add. */
const isContext = (text: string): boolean => /^\s*<(session_context|hook_context)>/.test(text);

const isText = (part: JsonObject): boolean => typeof part['text'] === 'string' && part['thought'] !== true && !isContext(part['text']);

/** A message's own words; of a person's, as they were shown where the model was sent something longer. */
export function messageText(message: JsonObject): string {
  const shown = message['type'] === 'user' ? partsOf(message['displayContent']).filter(isText) : [];
  const parts = shown.length > 0 ? shown : partsOf(message['content']).filter(isText);
  return parts.map((part) => stringOf(part['text'])).join('');
}

/** Said by the person to the model, and not a command of the program: what a session is known by. */
export function isPrompt(message: JsonObject): boolean {
  return message['type'] === 'user' && /^[^/?]/.test(messageText(message).trim());
}

/** Text, pictures and named files. Calls, their results and thoughts are entries of their own. */
export function messageContent(message: JsonObject): ContentBlock[] {
  const text = messageText(message);
  const others = partsOf(message['content']).flatMap((part): ContentBlock[] => {
    const data = objectOf(part['inlineData']);
    const file = objectOf(part['fileData']);
    if (stringOf(data['data'])) {
      return [{ type: 'image', mime_type: stringOf(data['mimeType']) || 'image/png', data: stringOf(data['data']) }];
    }
    return stringOf(file['fileUri']) ? [{ type: 'resource', uri: stringOf(file['fileUri']) }] : [];
  });
  return text.trim() === '' ? others : [{ type: 'text', text }, ...others];
}

import type { ContentBlock } from '../../model/entry.js';
import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** What a person said, and not the program in the person's role: context, reminders, results of tools. */
export function isPersonsMessage(message: JsonObject): boolean {
  if (message['role'] !== 'user' || message['system_injected'] === true || message['session_context'] === true) return false;
  if (typeof message['content'] === 'string') return !message['content'].startsWith('[SYSTEM]');
  return arrayOf(message['content']).some((block) =>
    ['text', 'image', 'image_url', 'document'].includes(stringOf(objectOf(block)['type'])),
  );
}

/** A message's text as it was shown: `display_text` is what was typed where the program sent the model something longer. */
export function messageText(message: JsonObject): string {
  const shown = stringOf(message['display_text']);
  if (shown !== '') return shown;
  const { content } = message;
  if (typeof content === 'string') return content;
  return arrayOf(content)
    .map(objectOf)
    .filter((block) => block['type'] === 'text')
    .map((block) => stringOf(block['text']))
    .join('\n');
}

/** A message's text, pictures and named files. */
export function messageContent(message: JsonObject): ContentBlock[] {
  const text = messageText(message);
  const pictures = arrayOf(message['content']).flatMap((block) => pictureOf(objectOf(block)) ?? []);
  const files = arrayOf(message['display_files']).flatMap((file) => fileOf(objectOf(file)) ?? []);
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...pictures, ...files];
}

/** OpenAI's form, `{image_url: {url}}`, or Anthropic's, `{source: {media_type, data}}`. */
function pictureOf(block: JsonObject): ContentBlock | undefined {
  const source = objectOf(block['source']);
  if (block['type'] === 'image' && stringOf(source['data'])) {
    return { type: 'image', mime_type: stringOf(source['media_type']) || 'image/png', data: stringOf(source['data']) };
  }
  if (block['type'] !== 'image_url') return undefined;
  const url = stringOf(objectOf(block['image_url'])['url']);
  const data = /^data:([\w.+/-]+);base64,(.*)$/s.exec(url);
  if (data) return { type: 'image', mime_type: data[1] ?? '', data: data[2] ?? '' };
  // Stripped to save room: where it was is all that is left.
  const place = stringOf(block['image_path']) || url;
  return { type: 'resource', uri: place, title: stringOf(block['image_name']) || 'image' };
}

function fileOf(file: JsonObject): ContentBlock | undefined {
  const name = stringOf(file['name']);
  const uri = stringOf(file['path']) || stringOf(file['preview_path']) || name;
  return uri === '' ? undefined : { type: 'resource', uri, title: name || uri };
}

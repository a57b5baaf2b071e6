import type { ContentBlock } from '../../model/entry.js';
import { jsonElements, jsonMembers, partValue } from '../jsonPart.js';
import { stringStart, valueIn } from '../jsonText.js';
import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** A message's content: a JSON string, a JSON array of blocks, or plain text. */
export function clawdiusContent(content: string): ContentBlock[] {
  const value = valueIn(content);
  if (Array.isArray(value)) return arrayOf(value).flatMap((block) => blockOf(objectOf(block)));
  const text = typeof value === 'string' ? value : content;
  return text === '' ? [] : [{ type: 'text', text }];
}

/** The first text of a content of which only the beginning is at hand. */
export function clawdiusTextStart(content: string): string {
  if (content.startsWith('"')) return stringOf(valueIn(content)) || stringStart(content);
  if (!content.startsWith('[')) return content;
  for (const element of jsonElements(content)) {
    const members = [...jsonMembers(content, element.start)];
    const text = members.find(({ key }) => key === 'text');
    if (text) return text.isWhole ? stringOf(partValue(content, text)) : stringStart(content.slice(text.start));
  }
  return '';
}

function blockOf(block: JsonObject): ContentBlock[] {
  if (block['type'] === 'text') return stringOf(block['text']) === '' ? [] : [{ type: 'text', text: stringOf(block['text']) }];
  if (block['type'] !== 'image') return [];
  const source = objectOf(block['source']);
  if (typeof source['url'] === 'string') return [{ type: 'resource', uri: source['url'] }];
  const mime = stringOf(source['media_type']) || 'image/png';
  return typeof source['data'] === 'string' ? [{ type: 'image', mime_type: mime, data: source['data'] }] : [];
}

import type { ContentBlock } from '../../model/entry.js';
import { arrayOf, objectOf, stringOf } from '../jsonValue.js';

/** What OpenClaw puts before and behind a person's words for the model to know whose they are. */
const added = [/^(?:[\w ]+ \(untrusted[^)]*\):\s*```json\n[\s\S]*?\n```\s*)+/, /\n?\[message_id: [^\]\n]*\]\s*$/];

/** The words of a message, without what was put around them. */
export const openclawText = (content: unknown): string =>
  openclawContent(content)
    .map((block) => (block.type === 'text' ? block.text : ''))
    .filter(Boolean)
    .join('\n\n');

/** A message's content, a text or blocks, as our blocks; `isPerson` drops what was put around a person's words. */
export function openclawContent(content: unknown, isPerson = true): ContentBlock[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : arrayOf(content);
  return blocks.map(objectOf).flatMap((block): ContentBlock[] => {
    if (block['type'] === 'image' && typeof block['data'] === 'string') {
      return [{ type: 'image', mime_type: stringOf(block['mimeType']) || 'image/png', data: block['data'] }];
    }
    if (block['type'] !== 'text') return [];
    const text = stringOf(block['text']);
    const words = isPerson ? added.reduce((rest, noise) => rest.replace(noise, ''), text) : text;
    return words === '' ? [] : [{ type: 'text', text: words }];
  });
}

import type { ContentBlock } from './entry.js';

/** The plain text of a message's content, blocks joined by a blank line. */
export function textOf(content: readonly ContentBlock[]): string {
  return content
    .map((block) => (block.type === 'text' ? block.text : block.type === 'resource' ? (block.text ?? block.uri) : '[image]'))
    .join('\n\n');
}

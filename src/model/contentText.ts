import type { ContentBlock } from './entry.js';

/** All the text of a message's content, that of files too, blocks joined by a blank line: for search, and for models. */
export function textOf(content: readonly ContentBlock[]): string {
  return content
    .map((block) => (block.type === 'text' ? block.text : block.type === 'resource' ? (block.text ?? block.uri) : '[image]'))
    .join('\n\n');
}

/** A message as a person reads it: its words, and what goes along by its name. */
export function shownText(content: readonly ContentBlock[]): string {
  const words = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const along = content.flatMap((block) => (block.type === 'text' ? [] : [`[${nameOf(block)}]`]));
  return [...words, along.join(' ')].filter((part) => part !== '').join('\n\n');
}

function nameOf(block: Exclude<ContentBlock, { type: 'text' }>): string {
  const { title } = block;
  if (typeof title === 'string' && title !== '') return title;
  return block.type === 'resource' ? block.uri : 'image';
}

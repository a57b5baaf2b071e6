import type { ContentBlock } from '../../model/entry.js';

/** Our content as a turn's input. */
export function codexInput(content: readonly ContentBlock[]): object[] {
  return content.map((block) => {
    switch (block.type) {
      case 'text':
        return text(block.text);
      case 'image':
        if (block.data === undefined) return text('[an image that could not be sent]');
        return { type: 'image', url: `data:${block.mime_type};base64,${block.data}` };
      case 'resource':
        return text(
          block.text === undefined ? `[${block.title ?? block.uri}](${block.uri})` : `${block.title ?? block.uri}:\n\n${block.text}`,
        );
    }
  });
}

const text = (words: string): object => ({ type: 'text', text: words, text_elements: [] });

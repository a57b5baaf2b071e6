import type { ContentBlock } from '../../model/entry.js';

/** Our content as a user message of the Messages API, which the program takes as it is. */
export function claudeContent(content: readonly ContentBlock[]): object[] {
  return content.map((block) => {
    switch (block.type) {
      case 'text':
        return { type: 'text', text: block.text };
      case 'image':
        if (block.data === undefined) return { type: 'text', text: '[an image that could not be sent]' };
        return { type: 'image', source: { type: 'base64', media_type: block.mime_type, data: block.data } };
      case 'resource':
        return { type: 'text', text: block.text === undefined ? block.uri : `${block.title ?? block.uri}:\n\n${block.text}` };
    }
  });
}

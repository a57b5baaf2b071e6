import type * as acp from '@agentclientprotocol/sdk/unstable';
import type { ContentBlock } from '../model/entry.js';

/** What an agent takes in a prompt beside text and links. */
export interface PromptAbilities {
  readonly image?: boolean | undefined;
  readonly embeddedContext?: boolean | undefined;
}

/** Our content as a prompt's. What the agent did not say it takes is sent as a link or as words, which every agent takes. */
export function promptOf(content: readonly ContentBlock[], can: PromptAbilities | undefined): acp.ContentBlock[] {
  return content.map((block) => {
    switch (block.type) {
      case 'text':
        return { type: 'text', text: block.text };
      case 'image':
        if (block.data === undefined || can?.image !== true) return { type: 'text', text: '[an image that could not be sent]' };
        return { type: 'image', mimeType: block.mime_type, data: block.data };
      case 'resource':
        if (block.text !== undefined && can?.embeddedContext === true) {
          return { type: 'resource', resource: { uri: block.uri, text: block.text } };
        }
        if (block.text !== undefined) return { type: 'text', text: `${block.title ?? block.uri}:\n\n${block.text}` };
        return { type: 'resource_link', uri: block.uri, name: block.title ?? nameOf(block.uri) };
    }
  });
}

function nameOf(uri: string): string {
  return uri.split(/[/\\]/).findLast((part) => part !== '') ?? uri;
}

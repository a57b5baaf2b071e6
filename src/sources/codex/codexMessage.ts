import type { ContentBlock } from '../../model/entry.js';
import { textsOf } from './codexRecord.js';
import { objectOf } from '../jsonValue.js';

type Item = Readonly<Record<string, unknown>>;

/** What Codex puts into the conversation in the person's name. */
const injected =
  /^\s*(?:<(?:environment_context|user_instructions|turn_aborted|skill|skills_instructions|permissions instructions|collaboration_mode|subagent_notification|user_shell_command|recommended_plugins|model_switch|INSTRUCTIONS)\b|# AGENTS\.md instructions\b)/;

/** Its editor extension writes the open files first, and the person's words under this. */
const request = /^# Context from my IDE setup:[^]*?^## My request for Codex:\n/m;

/** Who said a message; `undefined` for what the program itself put there. */
export function saidBy(item: Item): 'user' | 'assistant' | undefined {
  const { role } = item;
  if (role === 'assistant') return role;
  return role === 'user' && !isHarness(item) ? role : undefined;
}

/** Newer versions say of each part where it is from. */
function isHarness(item: Item): boolean {
  const marks = objectOf(item['internal_chat_message_metadata_passthrough'])['content_item_metadata'];
  if (!Array.isArray(marks) || marks.length === 0) return false;
  return marks.every((mark: unknown) => {
    const type = objectOf(objectOf(mark)['provenance'])['type'];
    return typeof type === 'string' && type !== 'user';
  });
}

/** A message's parts without what was injected. */
export function contentOf(item: Item): ContentBlock[] {
  const { content } = item;
  const parts: readonly unknown[] = Array.isArray(content) ? content : textsOf(content);
  return parts.flatMap((part) => {
    const url = objectOf(part)['image_url'];
    if (typeof url === 'string') return [imageOf(url)];
    return textsOf([part]).flatMap((said) => {
      const text = item['role'] === 'user' ? personsWords(said) : said;
      return text === '' ? [] : [{ type: 'text' as const, text }];
    });
  });
}

/** What the person wrote of a text in their name; empty where none of it is theirs. */
export const personsWords = (text: string): string => (injected.test(text) ? '' : text.replace(request, ''));

function imageOf(url: string): ContentBlock {
  const [, mime, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mime !== undefined && data !== undefined ? { type: 'image', mime_type: mime, data } : { type: 'resource', uri: url };
}

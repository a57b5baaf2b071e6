import type { ContentBlock } from '../../model/entry.js';
import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** What the program puts among the person's words for the model alone. */
const hiddenTags = new Set([
  'system-reminder',
  'system_reminder',
  'local-command-caveat',
  'ide_opened_file',
  'ide_selection',
  'ide_diagnostics',
  'new-diagnostics',
  'user-prompt-submit-hook',
  'session-start-hook',
  'post-tool-use-hook',
  'tick',
  'command-message',
]);

/** What others than the person said: worth showing, not as the person's words. */
const noticeTags = new Set([
  'task-notification',
  'local-command-stdout',
  'local-command-stderr',
  'bash-stdout',
  'bash-stderr',
  'teammate-message',
  'agent-message',
  'cross-session-message',
  'channel',
]);

export interface UserWords {
  readonly role: 'user' | 'system';
  readonly content: readonly ContentBlock[];
  /** A command of the program itself. */
  readonly isCommand?: boolean;
}

/** What a `user` record says, and who says it; `undefined` where it is only for the model, or a tool's result. */
export function wordsOf(record: JsonObject): UserWords | undefined {
  if (record['isMeta'] === true || record['isCompactSummary'] === true) return undefined;
  const said = blocksOf(objectOf(record['message'])['content']).map(spoken);
  const own = said.flatMap(({ own }) => own);
  const isCommand = said.some((words) => words.isCommand);
  if (own.length > 0) return { role: isFromOthers(record) ? 'system' : 'user', content: own, isCommand };
  const notices = said.flatMap(({ notices }) => notices);
  return notices.length > 0 ? { role: 'system', content: notices } : undefined;
}

/** The person stopped the turn: a record of its own, in the person's name. */
export function isInterruption(record: JsonObject): boolean {
  const texts = blocksOf(objectOf(record['message'])['content']).map((block) => stringOf(block['text']));
  return texts.some((text) => text.startsWith('[Request interrupted by user'));
}

/** The blocks of a message, whose content may be a text. */
export function blocksOf(content: unknown): readonly JsonObject[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : arrayOf(content).map(objectOf);
}

/** A text, an image or a document as a block of ours. */
export function contentOf(block: JsonObject): ContentBlock | undefined {
  if (block['type'] === 'text') return block['text'] === '' ? undefined : { type: 'text', text: stringOf(block['text']) };
  if (block['type'] !== 'image' && block['type'] !== 'document') return undefined;
  const source = objectOf(block['source']);
  const [mime, data, url] = [stringOf(source['media_type']), stringOf(source['data']), stringOf(source['url'])];
  if (block['type'] === 'image' && data !== '') return { type: 'image', mime_type: mime || 'image/png', data };
  const title = stringOf(block['title']) || (block['type'] === 'image' ? 'image' : 'document');
  return { type: 'resource', uri: url || `claude:${title}`, title, ...(source['type'] === 'text' && { text: data }) };
}

const isFromOthers = (record: JsonObject): boolean =>
  record['promptSource'] === 'system' || (stringOf(objectOf(record['origin'])['kind']) || 'human') !== 'human';

interface Spoken {
  readonly own: readonly ContentBlock[];
  readonly notices: readonly ContentBlock[];
  readonly isCommand: boolean;
}

const nothing: Spoken = { own: [], notices: [], isCommand: false };

function spoken(block: JsonObject): Spoken {
  if (block['type'] !== 'text') {
    const content = contentOf(block);
    return content ? { ...nothing, own: [content] } : nothing;
  }
  const { own, notices, isCommand } = withoutTags(stringOf(block['text']));
  return { own: own ? [{ type: 'text', text: own }] : [], notices: notices.map((text) => ({ type: 'text', text })), isCommand };
}

/** A text without the elements that the program put before the person's words. */
function withoutTags(text: string): { readonly own: string; readonly notices: readonly string[]; readonly isCommand: boolean } {
  if (text.startsWith('[Request interrupted by user') || text.startsWith('Caveat: The messages below were generated')) {
    return { own: '', notices: [], isCommand: false };
  }
  const notices: string[] = [];
  let own = '';
  let rest = text;
  for (let element = elementAt(rest); element; element = elementAt(rest)) {
    const { tag, inner } = element;
    if (tag === 'command-name') own = inner.trim();
    else if (tag === 'command-args') own = [own, inner.trim()].filter(Boolean).join(' ');
    else if (tag === 'bash-input') own = `! ${inner.trim()}`;
    else if (noticeTags.has(tag) && inner.trim() !== '') notices.push(noticeOf(inner));
    rest = rest.slice(element.length);
  }
  const said = [own, rest.trim() === '' ? '' : own ? rest.trim() : rest];
  return { own: said.filter(Boolean).join('\n'), notices, isCommand: own !== '' };
}

/** A notice is for the model, in elements; where it has a summary and a result, these are what there is to read. */
function noticeOf(inner: string): string {
  const parts = ['summary', 'result'].flatMap((tag) => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(inner)?.[1]?.trim() ?? []);
  return parts.length > 0 ? parts.join('\n\n') : inner.trim();
}

interface Element {
  readonly tag: string;
  readonly inner: string;
  readonly length: number;
}

const commandTags = new Set(['command-name', 'command-args', 'bash-input']);

/** The known element that a text begins with. One that does not end reaches to the end of the text. */
function elementAt(text: string): Element | undefined {
  const [opening, tag = ''] = /^\s*<([a-z][a-z_-]*)(?:\s[^>]*)?>/.exec(text) ?? [];
  if (opening === undefined || !(hiddenTags.has(tag) || noticeTags.has(tag) || commandTags.has(tag))) return undefined;
  const end = text.indexOf(`</${tag}>`, opening.length);
  if (end === -1) return { tag, inner: text.slice(opening.length), length: text.length };
  return { tag, inner: text.slice(opening.length, end), length: end + tag.length + 3 };
}

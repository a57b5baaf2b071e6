import { messageOf, SessionError } from '../../model/errors.js';
import { jsonMembers } from '../jsonPart.js';

/**
 * A record with other values for `fields`, and all else as it is written there: read and written again, a number beyond 2^53 would
 * be another one. `damaged`, naming `path`, for what is no record.
 */
export function changedText(bytes: Uint8Array, fields: Readonly<Record<string, unknown>>, path: string): string {
  let text = recordText(bytes, path);
  for (const [key, value] of Object.entries(fields)) {
    // Of two members with one key, Go takes the last.
    const member = [...jsonMembers(text)].findLast((candidate) => candidate.key === key);
    text = member ? text.slice(0, member.start) + goJson(value) + text.slice(member.end) : withMember(text, key, value);
  }
  return text;
}

function withMember(text: string, key: string, value: unknown): string {
  const end = text.lastIndexOf('}');
  const before = text.slice(0, end).trimEnd();
  return `${before}${before.endsWith('{') ? '' : ','}\n  ${goJson(key)}: ${goJson(value)}\n${text.slice(end)}`;
}

function recordText(bytes: Uint8Array, path: string): string {
  try {
    // Bytes that are not UTF-8 would be lost in the rewriting.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return text;
  } catch (cause) {
    throw new SessionError('damaged', `${path} cannot be changed: ${messageOf(cause)}`, { cause });
  }
  throw new SessionError('damaged', `${path} does not hold a session`);
}

/** The value of a member as Go's encoder indents and escapes it, so that clinvk's next write changes nothing else. */
function goJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .replaceAll('\n', '\n  ')
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

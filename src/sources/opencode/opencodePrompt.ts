import { jsonMembers, partValue } from '../jsonPart.js';
import { stringStart, valueIn } from '../jsonText.js';
import { objectOf, stringOf } from '../jsonValue.js';
import { jsonMember } from './opencodeTables.js';
import type { SqliteQuery, SqliteRow } from '../sqliteFile.js';

/** Characters of a first part that are read: room for a prompt as long as a row keeps, and for what stands before it. */
export const partStart = 1600;

/**
 * The person's first words in a session: from the beginning of its first message's first part, which the list's query brings;
 * where that is something else, by a look at the messages.
 */
export function opencodePrompt(query: SqliteQuery, id: string, found: SqliteRow): string {
  const [message, part] = [found['first_message'], found['first_part']];
  if (typeof message !== 'string') return '';
  const isTheirs = typeof part === 'string' && /"role"\s*:\s*"user"/.test(message);
  return (isTheirs ? theirText(part) : undefined) ?? firstPrompt(query, id);
}

/** The text of a part that may break off; `undefined` where it is not the person's. */
function theirText(part: string): string | undefined {
  const whole = part.length < partStart ? valueIn(part) : undefined;
  if (whole === undefined) return beginningIn(part);
  const { type, synthetic, ignored, text } = objectOf(whole);
  if ((type !== undefined && type !== 'text') || synthetic === true || ignored === true) return undefined;
  return stringOf(text) || undefined;
}

/** The same of a part that breaks off. */
function beginningIn(part: string): string | undefined {
  let text: string | undefined;
  for (const member of jsonMembers(part)) {
    if (member.key === 'type' && partValue(part, member) !== 'text') return undefined;
    if ((member.key === 'synthetic' || member.key === 'ignored') && partValue(part, member) === true) return undefined;
    if (member.key === 'text') text = member.isWhole ? stringOf(partValue(part, member)) : stringStart(part.slice(member.start));
  }
  return text === '' ? undefined : text;
}

function firstPrompt(query: SqliteQuery, id: string): string {
  const [role, type] = [jsonMember('m.data', '$.role'), jsonMember('p.data', '$.type')];
  const isNot = (flag: string): string => `coalesce(${jsonMember('p.data', `$.${flag}`)}, 0) = 0`;
  const text = jsonMember('p.data', '$.text');
  const [found] = query(
    `select substr(${text}, 1, 2000) as prompt from message m join part p on p.message_id = m.id
     where m.session_id = ? and ${role} = 'user' and ${type} = 'text' and ${isNot('synthetic')} and ${isNot('ignored')} and ${text} <> ''
     order by m.time_created, m.id, p.id limit 1`,
    id,
  );
  return stringOf(found?.['prompt']);
}

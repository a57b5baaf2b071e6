import { objectOf, stringOf, type JsonObject } from './jsonValue.js';

/** The object in a JSON text; an empty one where there is none. */
export const objectIn = (text: unknown): JsonObject => objectOf(valueIn(text));

/** The value of a JSON text; `undefined` where it is none. */
export function valueIn(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Another program's text that is no JSON says nothing.
    return undefined;
  }
}

/** The last millisecond of the year 9999. */
const lastMs = 253_402_300_799_999;

/** A time as ISO 8601 in UTC, from milliseconds since the epoch; `undefined` where it is none. */
export const timeOfMs = (value: unknown): string | undefined =>
  typeof value === 'number' && value > 0 && value <= lastMs ? new Date(value).toISOString() : undefined;

/** What a JSON string holds that lost its end: what it breaks off in may be an escape. */
export function stringStart(text: string): string {
  for (let end = text.length; end > text.length - 6 && end > 0; end--) {
    const value = valueIn(`${text.slice(0, end)}"`);
    if (value !== undefined) return stringOf(value);
  }
  return '';
}

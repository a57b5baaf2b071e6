/** A JSON object of another program, of which nothing is known: every member is looked at before it is used. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one where it is none. */
export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

export const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a table has under a name that another program chose: nothing of what every object has, such as `constructor`. */
export const memberOf = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** A count of something: whole and not negative, else 0. */
export const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;

/** A time as most programs write it, on a day that every month has. */
const usualTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** A day, which every time begins with: `Date.parse` also makes one of `session 5`. */
const day = /^\d{4}-\d\d-\d\d/;
/** A time without its zone, which `Date.parse` takes for one of this computer's. */
const bareTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/;

/** A time as ISO 8601 in UTC, from ISO with any offset, none being UTC, or from seconds since the epoch; `undefined` where it is none. */
export function timeOf(value: unknown): string | undefined {
  // It is its own answer: a list has three of them for each session, and making dates of them takes a tenth of its time.
  if (typeof value === 'string' && usualTime.test(value)) return value;
  const ms =
    typeof value === 'number'
      ? value * 1000
      : typeof value === 'string' && day.test(value)
        ? Date.parse(value.replace(bareTime, '$1T$2Z'))
        : NaN;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0 ? undefined : date.toISOString();
}

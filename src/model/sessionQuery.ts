import { SessionError, messageOf } from './errors.js';
import { parseMoment } from './duration.js';
import { sessionStatuses } from './sessionStatus.js';

/** Fields whose value is one of several words: `backend:claude,codex`. */
const wordFields = ['backend', 'source', 'status', 'tag', 'model', 'title', 'file', 'branch'] as const;
const numberFields = ['cost', 'tokens', 'turns'] as const;
const timeFields = ['before', 'after'] as const;
export const querySigns = ['pinned', 'archived', 'running', 'fork', 'spawned', 'empty'] as const;
export const queryFields = [...wordFields, 'is', ...timeFields, ...numberFields] as const;

export type QuerySign = (typeof querySigns)[number];
export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** One condition. `not`: it must not hold. */
export type QueryTerm = { readonly not: boolean } & (
  | { readonly kind: 'text'; readonly text: string; readonly isPhrase: boolean }
  /** One of the words, in lower case. */
  | { readonly kind: 'word'; readonly field: (typeof wordFields)[number]; readonly words: readonly string[] }
  | { readonly kind: 'sign'; readonly signs: readonly QuerySign[] }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'time'; readonly field: (typeof timeFields)[number]; readonly moment: number }
  | { readonly kind: 'number'; readonly field: (typeof numberFields)[number]; readonly comparison: Comparison; readonly value: number }
);

/** All terms have to hold. */
export type SessionQuery = readonly QueryTerm[];

const termPattern = /(-?)(?:([A-Za-z]+):(?![:/\\]))?(?:"([^"]*)("?)|(\S*))/y;

/**
 * The one query language: words, `"phrases"`, `field:value`, `-` for not. An error is of code `usage` and names the
 * character, counted from 1. `now` in milliseconds, for `after:7d`.
 */
export function parseQuery(text: string, now: number): SessionQuery {
  const terms: QueryTerm[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++;
    if (at >= text.length) return terms;
    termPattern.lastIndex = at;
    const [whole = '', minus = '', name, phrase, closing, word = ''] = termPattern.exec(text) ?? [];
    if (phrase !== undefined && closing === '')
      throw wrong(text.indexOf('"', at), 'the quotation mark is not closed', 'end the phrase with "');
    const valueAt = at + minus.length + (name === undefined ? 0 : name.length + 1);
    const term = { value: phrase ?? word, isPhrase: phrase !== undefined, at: at + minus.length, valueAt, now };
    if (term.value.trim() === '')
      throw wrong(valueAt, 'something to look for is missing', name === undefined ? 'write a word after "-"' : `write ${name}:<value>`);
    terms.push({ not: minus === '-', ...(name === undefined ? textTerm(term) : fieldTerm(name.toLowerCase(), term)) });
    at += whole.length;
  }
}

interface Written {
  readonly value: string;
  readonly isPhrase: boolean;
  readonly at: number;
  readonly valueAt: number;
  readonly now: number;
}

type Bare<T> = T extends unknown ? Omit<T, 'not'> : never;

const textTerm = ({ value, isPhrase }: Written): Bare<QueryTerm> => ({ kind: 'text', text: value, isPhrase });

function fieldTerm(name: string, written: Written): Bare<QueryTerm> {
  const { value, at, valueAt } = written;
  const words = (): readonly string[] => alternatives(written);
  if (name === 'status') return { kind: 'word', field: name, words: words().map((word) => statusOf(word, valueAt)) };
  if (isOneOf(wordFields, name)) return { kind: 'word', field: name, words: words() };
  if (isOneOf(numberFields, name)) return { kind: 'number', field: name, ...amountOf(value, valueAt) };
  if (isOneOf(timeFields, name)) return { kind: 'time', field: name, moment: momentOf(written) };
  if (name === 'is') return { kind: 'sign', signs: words().map((word) => signOf(word, valueAt)) };
  throw wrong(
    at,
    `there is no field "${name}"`,
    `fields: ${queryFields.join(', ')}; put the text in quotation marks to look for it as it is`,
  );
}

/** A phrase is one value, whatever commas it has. */
function alternatives({ value, isPhrase }: Written): readonly string[] {
  const words = isPhrase ? [value] : value.split(',').filter((word) => word !== '');
  return words.map((word) => word.toLowerCase());
}

function signOf(word: string, at: number): QuerySign {
  if (isOneOf(querySigns, word)) return word;
  throw wrong(at, `there is no "is:${word}"`, `there are: ${querySigns.map((sign) => `is:${sign}`).join(', ')}`);
}

function statusOf(word: string, at: number): string {
  if (isOneOf(sessionStatuses, word)) return word;
  throw wrong(at, `there is no status "${word}"`, `there are: ${sessionStatuses.join(', ')}; and is:running`);
}

const units = { '': 1, k: 1e3, m: 1e6 } as const;

function amountOf(value: string, at: number): { readonly comparison: Comparison; readonly value: number } {
  const [, comparison = '', digits, unit = ''] = /^(>=|<=|>|<|=?)\$?(\d+(?:\.\d+)?|\.\d+)([km]?)$/i.exec(value) ?? [];
  if (digits === undefined) throw wrong(at, `"${value}" is not an amount`, 'write a number, with > or < before it: >1, <=10k, 3');
  const factor = units[unit.toLowerCase() as keyof typeof units];
  return { comparison: comparison === '' ? '=' : (comparison as Comparison), value: Number(digits) * factor };
}

function momentOf({ value, valueAt, now }: Written): number {
  try {
    return parseMoment(value, now);
  } catch (error) {
    throw wrong(valueAt, messageOf(error), 'write 2026-01-31, 7d, today or yesterday');
  }
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T => (names as readonly string[]).includes(name);

const wrong = (at: number, what: string, hint: string): SessionError =>
  new SessionError('usage', `${what} (character ${String(at + 1)} of the query)`, { hint });

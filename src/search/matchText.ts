import type { ContentTerm } from '../model/splitQuery.js';

/** Scripts that write without spaces: each character is a word of its own, or nothing but a whole run could be found. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const anyUnspaced = new RegExp(unspaced.source, 'u');
/** Whether it may have any: quick to tell, as most texts have no character from Thai's on. */
const beyondThai = /[\u0e00-\uffff]/;

/** A text as it goes into the index. */
export function indexedText(text: string): string {
  return beyondThai.test(text) && anyUnspaced.test(text) ? text.replace(unspaced, ' $& ') : text;
}

/** Whether the index can find it at all: signs alone are no words, and are looked for in the text itself. */
export const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** A term as SQLite's full-text search takes it. The last word of what is no phrase may go on: one types it letter by letter. */
export function matchText(term: ContentTerm): string {
  if (term.kind === 'word') return term.words.map((word) => `files : ${quoted(word)}`).join(' OR ');
  return term.isPhrase || anyUnspaced.test(term.text.slice(-1)) ? quoted(term.text) : `${quoted(term.text)} *`;
}

const quoted = (text: string): string => `"${indexedText(text).replaceAll('"', '""')}"`;

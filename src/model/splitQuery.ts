import { isFork, isSpawned } from './lineage.js';
import type { SessionRow } from './row.js';
import type { Comparison, QuerySign, QueryTerm, SessionQuery } from './sessionQuery.js';

/** What of a query a session's content must answer: what was said in it, and the files that its tools touched. */
export type ContentTerm = Extract<QueryTerm, { kind: 'text' }> | Extract<QueryTerm, { kind: 'word' }>;

/** Splits a query into what a row answers by itself, and what takes a look at its content. */
export function splitQuery(query: SessionQuery): { readonly test: (row: SessionRow) => boolean; readonly content: readonly ContentTerm[] } {
  const content = query.filter((term): term is ContentTerm => term.kind === 'text' || (term.kind === 'word' && term.field === 'file'));
  const tests = query.filter((term) => !(content as readonly QueryTerm[]).includes(term)).map((term) => ({ term, holds: testOf(term) }));
  return { content, test: (row) => tests.every(({ term, holds }) => holds(row) !== term.not) };
}

/** Whether the query asks for archived sessions by name: they are hidden otherwise. */
export const asksForArchived = (query: SessionQuery): boolean =>
  query.some((term) => term.kind === 'sign' && !term.not && term.signs.includes('archived'));

type Holds = (row: SessionRow) => boolean;

function testOf(term: QueryTerm): Holds {
  switch (term.kind) {
    case 'word': {
      const { words } = term;
      const isWhole = term.field !== 'model' && term.field !== 'title' && term.field !== 'branch';
      const values = valuesOf[term.field];
      return (row) =>
        values(row).some((value) => {
          const text = value.toLowerCase();
          return words.some((word) => (isWhole ? text === word : text.includes(word)));
        });
    }
    case 'sign':
      return (row) => term.signs.some((sign) => signs[sign](row));
    case 'time':
      return (row) => (term.field === 'before' ? Date.parse(row.last_used) < term.moment : Date.parse(row.last_used) >= term.moment);
    case 'number': {
      const compare = comparisons[term.comparison];
      const amount = amounts[term.field];
      return (row) => {
        const have = amount(row);
        return have !== null && compare(have, term.value);
      };
    }
    case 'text':
      return () => true;
  }
}

const valuesOf: Readonly<Record<Extract<QueryTerm, { kind: 'word' }>['field'], (row: SessionRow) => readonly string[]>> = {
  backend: ({ backend }) => [backend],
  source: ({ source, origin }) => (origin === undefined ? [source] : [source, origin.source]),
  status: ({ status }) => [status],
  tag: ({ tags }) => tags,
  model: ({ model }) => (model === undefined ? [] : [model]),
  title: ({ title }) => [title],
  branch: ({ metadata }) => (typeof metadata['branch'] === 'string' ? [metadata['branch']] : []),
  file: () => [],
};

const signs: Readonly<Record<QuerySign, Holds>> = {
  pinned: ({ pinned }) => pinned,
  archived: ({ archived }) => archived,
  running: ({ running }) => running !== undefined,
  fork: isFork,
  spawned: isSpawned,
  empty: ({ message_count, prompt }) => message_count === 0 && prompt === '',
};

/** `null`: unknown, which is neither more nor less than anything. */
const amounts: Readonly<Record<'cost' | 'tokens' | 'turns', (row: SessionRow) => number | null>> = {
  cost: ({ cost_usd }) => cost_usd,
  tokens: ({ tokens }) => tokens,
  turns: ({ turn_count }) => turn_count,
};

const comparisons: Readonly<Record<Comparison, (have: number, wanted: number) => boolean>> = {
  '=': (have, wanted) => have === wanted,
  '>': (have, wanted) => have > wanted,
  '>=': (have, wanted) => have >= wanted,
  '<': (have, wanted) => have < wanted,
  '<=': (have, wanted) => have <= wanted,
};

import type { ListFilter } from './filter.js';
import type { SessionRow } from './row.js';

/** What a filter looks at: of a row, or of what a store's index knows of one. */
export interface FilterFacts {
  readonly backend: string;
  readonly status: string;
  readonly tags: readonly string[];
  readonly model: string;
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly lastUsed: number;
  readonly running: boolean;
}

type Test = (facts: FilterFacts) => boolean;

/** One line a filter. `search` takes more than a row (see `core/search`); `scope`, `archived`, `limit` and their like are not filters of a row. */
const tests: { readonly [K in keyof ListFilter]?: (wanted: NonNullable<ListFilter[K]>) => Test } = {
  backend: (backend) => (facts) => facts.backend === backend,
  status: (status) => (facts) => facts.status === status,
  tags: (tags) => (facts) => tags.every((tag) => facts.tags.includes(tag)),
  model: (model) => {
    const part = model.toLowerCase();
    return (facts) => facts.model.toLowerCase().includes(part);
  },
  source: (source) => (facts) => facts.source === source,
  since: (since) => {
    const from = Date.parse(since);
    return (facts) => facts.lastUsed >= from;
  },
  until: (until) => {
    const to = Date.parse(until);
    return (facts) => facts.lastUsed <= to;
  },
  activeOnly: (only) => (facts) => !only || facts.status === 'active' || facts.running,
};

/** A filter as one test; absent parts let everything pass. */
export function filterTest(filter: ListFilter): Test {
  const wantedTests = (Object.keys(tests) as (keyof typeof tests)[]).flatMap((key) => {
    const wanted = filter[key];
    // The table ties each key to its own value; TypeScript cannot follow that through a variable key.
    const test = tests[key] as ((wanted: unknown) => Test) | undefined;
    return wanted === undefined || !test ? [] : [test(wanted)];
  });
  return (facts) => wantedTests.every((test) => test(facts));
}

export function factsOf(row: SessionRow): FilterFacts {
  return {
    backend: row.backend,
    status: row.status,
    tags: row.tags,
    model: row.model ?? '',
    source: row.source,
    lastUsed: Date.parse(row.last_used),
    running: row.running !== undefined,
  };
}

const sortKeys: Record<NonNullable<ListFilter['sort']>, (row: SessionRow) => number> = {
  last_used: (row) => Date.parse(row.last_used),
  created: (row) => Date.parse(row.created_at),
  tokens: (row) => row.tokens,
  // Unknown is not 0: it comes after every known cost.
  cost: (row) => row.cost_usd ?? -1,
};

/** Largest or newest first; equal rows by id, so that a position in the list means the same row twice. */
export function sortRows(rows: readonly SessionRow[], sort: NonNullable<ListFilter['sort']> = 'last_used'): readonly SessionRow[] {
  const key = sortKeys[sort];
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => b.key - a.key || (a.row.id < b.row.id ? -1 : 1))
    .map(({ row }) => row);
}

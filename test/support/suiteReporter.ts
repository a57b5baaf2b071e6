import type { TestEvent } from 'node:test/reporters';

/** What a run of `node --test` came to. Tests count, as in the runner's own summary; the groups they stand in do not. */
export interface SuiteCounts {
  passed: number;
  failed: number;
  /** Skipped and todo, tests and whole groups: none of them was shown to work. */
  skipped: number;
  /** Files that ran no test at all: the runner counts those as passed. */
  empty: string[];
}

/** A reporter for `node --test`: writes the counts as JSON, once, at the end. Node loads it by its default export. */
async function* countTests(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts: SuiteCounts = { passed: 0, failed: 0, skipped: 0, empty: [] };
  for await (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, file, nesting, skip, todo, details } = event.data;
    if (skip !== undefined || todo !== undefined) counts.skipped += 1;
    else if (details.type === 'suite') continue;
    else if (event.type === 'test:fail') counts.failed += 1;
    else if (nesting === 0 && file?.endsWith(name) && /\.[cm]?[jt]s$/.test(name)) counts.empty.push(name);
    else counts.passed += 1;
  }
  yield JSON.stringify(counts);
}

// eslint-disable-next-line no-restricted-syntax -- the runner takes a module's default export
export default countTests;

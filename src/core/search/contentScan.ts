import { messageOf } from '../../model/errors.js';
import type { ContentTerm } from '../../model/splitQuery.js';
import type { SessionRow } from '../../model/row.js';
import { TextMatch } from '../../model/textMatch.js';
import type { EntryText } from '../../search/entryText.js';
import type { ContentSearch } from './contentSearch.js';
import type { CoreContext } from '../context.js';
import type { GatheredRows } from '../gatheredRows.js';
import { contentKey, rowText, sessionTexts } from './sessionTexts.js';

/** Content search by reading the transcripts, for a Node without SQLite: slow, and always right. */
export class ContentScan implements ContentSearch {
  readonly #context: CoreContext;

  constructor(context: CoreContext) {
    this.#context = context;
  }

  async find({ rows }: GatheredRows, terms: readonly ContentTerm[]): Promise<readonly ReadonlyMap<string, number>[]> {
    const found = terms.map(() => new Map<string, number>());
    const tests = terms.map(termTest);
    for (const row of terms.length === 0 ? [] : rows) {
      const texts = await this.#textsOf(row);
      for (const [index, test] of tests.entries()) {
        const count = texts.filter(test).length;
        if (count > 0) found[index]?.set(contentKey(row), count);
      }
    }
    return found;
  }

  async entries(row: SessionRow, terms: readonly ContentTerm[], limit: number): Promise<readonly EntryText[]> {
    const tests = terms.map(termTest);
    const texts = [...(await this.#textsOf(row))].reverse();
    const all = texts.filter((text) => tests.every((test) => test(text)));
    const some = texts.filter((text) => !all.includes(text) && tests.some((test) => test(text)));
    return [...all, ...some].slice(0, limit);
  }

  update(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    // Nothing is kept open.
  }

  async #textsOf(row: SessionRow): Promise<readonly EntryText[]> {
    try {
      return await sessionTexts(this.#context, row);
    } catch (error) {
      this.#context.logger.debug(`session ${row.id} could not be searched: ${messageOf(error)}`);
      return [rowText(row)];
    }
  }
}

function termTest(term: ContentTerm): (text: EntryText) => boolean {
  if (term.kind === 'text') {
    const match = new TextMatch([term.text]);
    return ({ text }) => match.first(text) !== undefined;
  }
  return ({ files }) => term.words.some((word) => files.toLowerCase().includes(word));
}

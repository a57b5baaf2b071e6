import type { Entry } from '../model/entry.js';
import { textOf } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import { sortRows } from '../model/filterRows.js';
import type { SearchHit } from '../model/report.js';
import type { SessionRow } from '../model/row.js';
import { TextMatch } from '../model/textMatch.js';
import type { CoreContext } from './context.js';
import { foreignId, sourceNamed } from './foreignId.js';
import { gatherRows } from './gatherRows.js';

const defaultLimit = 50;
/** Entries of one session that are shown, so that one long session does not push out all others. */
const hitsOfOne = 5;

/**
 * Finds text in titles, prompts and transcripts of the folder's sessions, archived ones too: titles first, then prompts, then
 * what was said, the last used session first in each. Holds no more than the hits and one entry at a time.
 */
export async function searchSessions(context: CoreContext, query: string, limit = defaultLimit): Promise<readonly SearchHit[]> {
  if (query.trim() === '') return [];
  const match = new TextMatch(query);
  const rows = sortRows((await gatherRows(context, 'folder')).rows);
  const hitIn = (row: SessionRow, text: string): SearchHit[] => {
    const found = match.first(text);
    return found ? [{ row, ...found }] : [];
  };
  const hits = rows.flatMap((row) => hitIn(row, row.title)).slice(0, limit);
  hits.push(...rows.flatMap((row) => (row.prompt === row.title ? [] : hitIn(row, row.prompt))).slice(0, limit - hits.length));
  for (const row of rows) {
    if (hits.length >= limit) break;
    try {
      hits.push(...(await hitsInside(context, row, match, Math.min(hitsOfOne, limit - hits.length))));
    } catch (error) {
      // A transcript that cannot be read is doctor's business: the others are searched all the same.
      context.logger.warn(`session ${row.id} could not be searched: ${messageOf(error)}`);
    }
  }
  return hits;
}

async function hitsInside(context: CoreContext, row: SessionRow, match: TextMatch, limit: number): Promise<readonly SearchHit[]> {
  const hits: SearchHit[] = [];
  // The first prompt was searched as the row's.
  let isFirstPrompt = true;
  const look = (entry: Entry): boolean => {
    const isPrompt = entry.type === 'message' && entry.message.role === 'user';
    const found = isPrompt && isFirstPrompt && match.first(row.prompt) ? undefined : firstMatch(entry, match);
    if (isPrompt) isFirstPrompt = false;
    if (found) hits.push({ row, entry: entry.id, ...found });
    return hits.length < limit;
  };
  const foreign = foreignId(row.id);
  if (!foreign) await context.store.scan(row.id, look);
  else (await sourceNamed(context.sources, foreign.source).read(foreign.ownId)).every(look);
  return hits;
}

function firstMatch(entry: Entry, match: TextMatch) {
  for (const text of textsOf(entry)) {
    const found = match.first(text);
    if (found) return found;
  }
  return undefined;
}

/** What a reader of the transcript sees of an entry. */
function textsOf(entry: Entry): readonly string[] {
  switch (entry.type) {
    case 'message':
      return [textOf(entry.message.content)];
    case 'thinking':
      return [entry.text];
    case 'compact':
      return [entry.summary];
    case 'plan':
      return entry.steps.map(({ text }) => text);
    case 'tool_call': {
      const { title, output = '', diff = [] } = entry.call;
      return [title, output, ...diff.map(({ path, new_text }) => `${path}\n${new_text}`)];
    }
    default:
      return [];
  }
}

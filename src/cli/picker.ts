import search from '@inquirer/search';
import type { SessionRow } from '../model/row.js';
import { sessionName, sessionState } from './sessionName.js';
import { shortIds } from './shortId.js';
import { relativeTime, tokenWords } from './words.js';

/** Lets the person choose a session: typing narrows the list, the arrows move in it. */
export async function pickSession(rows: readonly SessionRow[]): Promise<SessionRow> {
  const short = shortIds(rows.map((row) => row.id));
  const now = Date.now();
  const choices = rows.map((row) => ({
    value: row,
    name: sessionName(row),
    short: sessionName(row),
    description: [
      short.get(row.id),
      row.backend,
      sessionState(row),
      relativeTime(row.last_used, now),
      `${tokenWords(row.tokens)} tokens`,
      row.workdir,
    ].join(' · '),
  }));
  return search<SessionRow>(
    { message: 'Which session?', pageSize: 12, source: (term = '') => choices.filter(({ value }) => matches(value, term)) },
    { output: process.stderr },
  );
}

/** Whether each word is in the title, prompt, agent, tags, folder or id. */
export function matches(row: SessionRow, term: string): boolean {
  const text = [row.title, row.prompt, row.backend, row.tags.join(' '), row.workdir, row.id].join('\n').toLowerCase();
  return term
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

import search from '@inquirer/search';
import type { SessionRow } from '../model/row.js';
import { asked } from './asked.js';
import { sessionName, sessionState } from './sessionName.js';
import { shortIds } from './shortId.js';
import { cutTo, textWidthFor } from './textWidth.js';
import { relativeTime, tokenWords } from './words.js';

/** Lets the person choose a session: typing narrows the list, the arrows move in it. */
export async function pickSession(rows: readonly SessionRow[]): Promise<SessionRow> {
  const short = shortIds(rows.map((row) => row.id));
  const now = Date.now();
  const names = rows.map(sessionName);
  const widthOf = await textWidthFor(names);
  // A choice has a row, after its mark: one that is broken moves what is drawn.
  const room = (process.stderr.columns || 80) - 3;
  const choices = rows.map((row) => ({
    value: row,
    name: cutTo(sessionName(row), room, widthOf),
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
  const source = (term = '') => choices.filter(({ value }) => matches(value, term));
  return asked((context) => search<SessionRow>({ message: 'Which session?', pageSize: 12, source }, context));
}

/** Whether each word is in the title, prompt, agent, tags, folder or id. */
export function matches(row: SessionRow, term: string): boolean {
  const text = [row.title, row.prompt, row.backend, row.tags.join(' '), row.workdir, row.id].join('\n').toLowerCase();
  return term
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

import type { SessionRow } from '../model/row.js';
import { plainLine } from './plainText.js';
import { sessionName, sessionState } from './sessionName.js';
import { shortIds } from './shortId.js';
import { tableLines, type Column } from './table.js';
import type { Terminal } from './terminal.js';
import { relativeTime, tokenWords } from './words.js';

/** The lines of `sessions list`: ID BACKEND STATUS LAST USED TOKENS TITLE/PROMPT. */
export function sessionLines(rows: readonly SessionRow[], terminal: Terminal, now: number): Promise<string[]> {
  const short = shortIds(rows.map((row) => row.id));
  const columns: readonly Column<SessionRow>[] = [
    { heading: 'ID', text: (row) => short.get(row.id) ?? row.id, paint: (text) => terminal.style('yellow', text) },
    { heading: 'BACKEND', text: (row) => row.backend || '-' },
    { heading: 'STATUS', text: sessionState, paint: (text, row) => paintState(text, row, terminal) },
    { heading: 'LAST USED', text: (row) => relativeTime(row.last_used, now) },
    { heading: 'TOKENS', text: (row) => tokenWords(row.tokens), align: 'right' },
    { heading: 'TITLE/PROMPT', text: (row) => titleCell(row) },
  ];
  return tableLines(columns, rows, { width: terminal.width, paintHeading: (text) => terminal.style('bold', text) });
}

/** The name, with what else tells a session: pin, tags, worktree, archive. */
function titleCell(row: SessionRow): string {
  const marks = [
    ...(row.pinned ? ['(pinned)'] : []),
    ...(row.archived ? ['(archived)'] : []),
    ...row.tags.map((tag) => `#${tag}`),
    ...(row.worktree === undefined ? [] : [`(worktree ${row.worktree})`]),
  ];
  return plainLine([sessionName(row), ...marks].join(' '));
}

function paintState(text: string, row: SessionRow, terminal: Terminal): string {
  if (row.running) return terminal.style('green', text);
  if (row.problem || row.status === 'error') return terminal.style('red', text);
  return text;
}

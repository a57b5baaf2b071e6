import { isFork, isSpawned } from '../model/lineage.js';
import type { SessionRow } from '../model/row.js';
import { textStart } from '../model/textStart.js';
import { agentTitle } from './agentTitle.js';
import { ageText, costText, joined, tokensText } from './amountText.js';
import { l10n } from './l10n.js';
import { undirected } from './textDirection.js';

/** What a session is doing, or what is wrong with it: the one thing its icon says. */
export type RowState = 'waiting' | 'running' | 'failed' | 'damaged' | 'pinned' | 'archived' | 'fork' | 'spawned' | 'foreign' | 'plain';

export interface RowIcon {
  readonly id: string;
  /** A theme colour, for what waits and what failed only: a colour that means one thing is seen. */
  readonly color?: string;
}

const icons: Readonly<Record<RowState, RowIcon>> = {
  waiting: { id: 'warning', color: 'list.warningForeground' },
  running: { id: 'loading~spin' },
  failed: { id: 'error', color: 'list.errorForeground' },
  damaged: { id: 'error', color: 'list.errorForeground' },
  pinned: { id: 'pinned' },
  archived: { id: 'archive' },
  fork: { id: 'git-branch' },
  spawned: { id: 'list-tree' },
  foreign: { id: 'cloud-download' },
  plain: { id: 'comment' },
};

export const isOwn = (row: SessionRow): boolean => row.source === 'skein';

export function rowState(row: SessionRow): RowState {
  if (row.running) return row.running.state;
  if (row.problem) return 'damaged';
  if (row.status === 'error') return 'failed';
  if (row.archived) return 'archived';
  if (row.pinned) return 'pinned';
  if (!isOwn(row)) return 'foreign';
  if (isSpawned(row)) return 'spawned';
  return isFork(row) ? 'fork' : 'plain';
}

/** The state's icon; the demo agent's sessions are told apart where there is nothing else to say. */
export function rowIcon(row: SessionRow): RowIcon {
  const state = rowState(row);
  return state === 'plain' && row.backend === 'demo' ? { id: 'beaker' } : icons[state];
}

/** One line: the title, else how the first prompt begins. */
export function rowLabel(row: SessionRow): string {
  const line = undirected(row.title || row.prompt)
    .split('\n')
    .find((text) => text.trim() !== '');
  if (line !== undefined) return textStart(line.trim(), 200);
  // What cannot be read has no name left but its own.
  return row.problem ? l10n.t('Session {0}', row.id.slice(0, 8)) : l10n.t('New session');
}

/** What leads the description: a source's name and a failure are never the part that is cut. */
function lead(row: SessionRow): string[] {
  const state = rowState(row);
  return [
    state === 'failed' ? l10n.t('failed') : '',
    state === 'damaged' ? problemWord(row) : '',
    isOwn(row) ? '' : agentTitle(row.source),
    row.worktree === undefined ? '' : baseName(row.worktree),
  ];
}

/** `age · tokens · cost`. */
export function rowDescription(row: SessionRow, now: number): string {
  return joined([...lead(row), ageText(row.last_used_at, now), tokensText(row.tokens), costText(row.cost_usd)]);
}

/** The state in words, for the tooltip and for those who do not see the icon. */
export function stateText(row: SessionRow): string {
  switch (rowState(row)) {
    case 'waiting':
      return l10n.t('needs you');
    case 'running':
      return l10n.t('running');
    case 'failed':
      return l10n.t('failed');
    case 'damaged':
      return problemWord(row);
    case 'archived':
      return l10n.t('archived');
    case 'pinned':
      return l10n.t('pinned');
    case 'fork':
      return l10n.t('fork');
    case 'spawned':
      return l10n.t('started by another session');
    case 'foreign':
    case 'plain':
      return row.status === 'completed' ? l10n.t('completed') : l10n.t('ready');
  }
}

/** “title, state, age, tokens, cost, agent, source”, as a screen reader says it. */
export function rowAccessibilityLabel(row: SessionRow, now: number): string {
  const tokens = tokensText(row.tokens);
  const parts = [
    rowLabel(row),
    stateText(row),
    ageText(row.last_used_at, now),
    tokens === '' ? '' : l10n.t('{0} tokens', tokens),
    costText(row.cost_usd),
    row.backend === '' ? '' : agentTitle(row.backend),
    isOwn(row) ? '' : l10n.t('from {0}', agentTitle(row.source)),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Words that menus ask for with `viewItem =~ /\bpinned\b/`. */
export function rowContext(row: SessionRow): string {
  return [
    'session',
    isOwn(row) ? 'own' : 'foreign',
    row.pinned ? 'pinned' : 'unpinned',
    row.archived ? 'archived' : 'kept',
    isFork(row) ? 'fork' : 'root',
    row.running ? 'busy' : 'idle',
    row.problem ? 'damaged' : 'sound',
    row.tags.length > 0 ? 'tagged' : 'untagged',
  ].join('.');
}

function problemWord(row: SessionRow): string {
  switch (row.problem?.kind) {
    case 'salvaged':
      return l10n.t('salvaged');
    case 'orphaned':
      return l10n.t('incomplete');
    case 'newer':
      return l10n.t('newer version');
    case 'unreadable':
      return l10n.t('unreadable');
    case 'damaged':
    case undefined:
      return l10n.t('damaged');
  }
}

const baseName = (folder: string): string => folder.split(/[\\/]/).findLast((part) => part !== '') ?? folder;

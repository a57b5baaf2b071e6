import { sessionStatuses } from '../model/sessionStatus.js';
import type { SessionRow } from '../model/row.js';
import { agentTitle } from './agentTitle.js';
import { dateGroup } from './dateGroup.js';
import { l10n } from './l10n.js';
import type { RowIcon } from './rowText.js';

export const groupings = ['date', 'agent', 'status', 'tag'] as const;
export type GroupBy = (typeof groupings)[number];

/** A heading of the tree and the sessions under it, forks not counted. */
export interface RowGroup {
  readonly kind: 'smart' | GroupBy;
  readonly key: string;
  readonly label: string;
  readonly icon?: RowIcon;
  /** Whether it is open before the person says otherwise. */
  readonly open: boolean;
  readonly rows: readonly SessionRow[];
}

interface SmartGroup {
  readonly key: string;
  readonly label: () => string;
  readonly icon: RowIcon;
  readonly open: boolean;
  readonly has: (row: SessionRow) => boolean;
}

const smartGroups: readonly SmartGroup[] = [
  {
    key: 'needs',
    label: () => l10n.t('Needs you'),
    icon: { id: 'warning', color: 'list.warningForeground' },
    open: true,
    has: (row) => row.running?.state === 'waiting',
  },
  {
    key: 'running',
    label: () => l10n.t('Running'),
    icon: { id: 'loading~spin' },
    open: false,
    has: (row) => row.running?.state === 'running',
  },
  { key: 'pinned', label: () => l10n.t('Pinned'), icon: { id: 'pinned' }, open: false, has: (row) => row.pinned },
];

/** What deserves a place at the top, forks too; a group without sessions is not there. */
export function smartGroupsOf(rows: readonly SessionRow[]): readonly RowGroup[] {
  return smartGroups
    .map(({ key, label, icon, open, has }): RowGroup => ({
      kind: 'smart',
      key,
      label: label(),
      icon,
      open,
      rows: newestFirst(rows.filter(has)),
    }))
    .filter((group) => group.rows.length > 0);
}

export function dateGroupsOf(roots: readonly SessionRow[], now: number): readonly RowGroup[] {
  const groups = new Map<string, { label: string; rows: SessionRow[] }>();
  for (const row of roots) {
    const { key, label } = dateGroup(row.last_used_at, now);
    const group = groups.get(key) ?? { label, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, { label, rows }]): RowGroup => {
      // Without an icon here, VS Code draws rows that have no forks further left than those that have.
      return { kind: 'date', key, label, icon: { id: 'calendar' }, open: key <= 'b', rows: newestFirst(rows) };
    });
}

/** Groups by what the sessions say of themselves. A session with several tags stands under each. */
export function fieldGroupsOf(roots: readonly SessionRow[], by: Exclude<GroupBy, 'date'>): readonly RowGroup[] {
  const keys = [...new Set(roots.flatMap((row) => keysOf(row, by)))].sort((a, b) => order(a, by) - order(b, by) || a.localeCompare(b));
  return keys.map((key): RowGroup => {
    const rows = newestFirst(roots.filter((row) => keysOf(row, by).includes(key)));
    return { kind: by, key, label: labelOf(key, by), icon: { id: iconOf(key, by) }, open: true, rows };
  });
}

function keysOf(row: SessionRow, by: Exclude<GroupBy, 'date'>): readonly string[] {
  if (by === 'agent') return [row.backend];
  if (by === 'status') return [row.status];
  return row.tags.length > 0 ? row.tags : [''];
}

/** Statuses in the order of a session's life; what has no value stands last. */
function order(key: string, by: Exclude<GroupBy, 'date'>): number {
  if (key === '') return 1000;
  return by === 'status' ? sessionStatuses.findIndex((status) => status === key) : 0;
}

function labelOf(key: string, by: Exclude<GroupBy, 'date'>): string {
  if (by === 'agent') return key === '' ? l10n.t('No agent yet') : agentTitle(key);
  if (by === 'tag') return key === '' ? l10n.t('No tags') : key;
  return statusText(key);
}

export function statusText(status: string): string {
  switch (status) {
    case 'created':
      return l10n.t('Created');
    case 'active':
      return l10n.t('Active');
    case 'completed':
      return l10n.t('Completed');
    case 'error':
      return l10n.t('Failed');
    case 'expired':
      return l10n.t('Expired');
    case 'paused':
      return l10n.t('Paused');
    default:
      return status;
  }
}

const statusIcons: Readonly<Record<string, string>> = {
  created: 'circle-outline',
  active: 'comment',
  completed: 'check',
  error: 'error',
  expired: 'trash',
  paused: 'debug-pause',
};

function iconOf(key: string, by: Exclude<GroupBy, 'date'>): string {
  if (by === 'tag') return 'tag';
  if (by === 'status') return statusIcons[key] ?? 'circle-outline';
  return key === 'demo' ? 'beaker' : 'hubot';
}

const newestFirst = (rows: readonly SessionRow[]): readonly SessionRow[] =>
  rows.toSorted((a, b) => Date.parse(b.last_used_at) - Date.parse(a.last_used_at));

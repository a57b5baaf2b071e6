import { isSameYear, startOfDay, startOfMonth, subDays } from 'date-fns';
import { l10n } from './l10n.js';

export interface DateGroup {
  /** Sorts from new to old as text, and stays the same from day to day where the group does. */
  readonly key: string;
  readonly label: string;
}

/** The heading under which a session last used at `iso` stands: Today, Yesterday, Last 7 days, then months. */
export function dateGroup(iso: string, now: number): DateGroup {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return { key: 'z', label: l10n.t('No date') };
  const today = startOfDay(now);
  if (time >= today.getTime()) return { key: 'a', label: l10n.t('Today') };
  if (time >= subDays(today, 1).getTime()) return { key: 'b', label: l10n.t('Yesterday') };
  if (time >= subDays(today, 7).getTime()) return { key: 'c', label: l10n.t('Last 7 days') };
  const month = startOfMonth(time);
  const label = new Intl.DateTimeFormat(undefined, isSameYear(month, now) ? { month: 'long' } : { month: 'long', year: 'numeric' }).format(
    month,
  );
  // Later months first: the key counts down.
  const countdown = 999_999 - (month.getFullYear() * 12 + month.getMonth());
  return { key: `m${String(countdown).padStart(6, '0')}`, label };
}

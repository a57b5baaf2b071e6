import {
  differenceInDays,
  differenceInHours,
  differenceInMinutes,
  differenceInMonths,
  differenceInWeeks,
  differenceInYears,
} from 'date-fns';
import { l10n } from './l10n.js';

/** How long ago, in one short word: `now`, `4m`, `22h`, `3d`, `5w`, `4mo`, `2y`. Empty for a time that is none. */
export function ageText(iso: string, now: number): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return '';
  const minutes = differenceInMinutes(now, then);
  if (minutes < 1) return l10n.t('now');
  if (minutes < 60) return l10n.t('{0}m', minutes);
  const hours = differenceInHours(now, then);
  if (hours < 24) return l10n.t('{0}h', hours);
  const days = differenceInDays(now, then);
  if (days < 14) return l10n.t('{0}d', days);
  const months = differenceInMonths(now, then);
  if (months < 2) return l10n.t('{0}w', differenceInWeeks(now, then));
  return months < 24 ? l10n.t('{0}mo', months) : l10n.t('{0}y', differenceInYears(now, then));
}

/** Tokens, short: `812`, `48k`, `1.8M`. Empty for none, as a row leaves out what says nothing. */
export function tokensText(tokens: number): string {
  if (tokens <= 0) return '';
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_500) return `${Math.round(tokens / 1000)}k`;
  return `${(tokens / 1_000_000).toFixed(tokens < 99_500_000 ? 1 : 0)}M`;
}

/** US dollars: `$0.31`. Empty for unknown and for nothing: unknown is never shown as 0. */
export function costText(cost: number | null | undefined): string {
  if (cost === null || cost === undefined || cost <= 0) return '';
  return cost < 0.005 ? '<$0.01' : `$${cost.toFixed(2)}`;
}

/** Parts of a description, in order, those that are empty left out. */
export const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ');

import { isValid } from 'date-fns/isValid';
import { parseISO } from 'date-fns/parseISO';
import { startOfDay } from 'date-fns/startOfDay';
import { subDays } from 'date-fns/subDays';
import { SessionError } from './errors.js';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Parses `30m`, `12h`, `7d`, `2w` to milliseconds. Anything else is an error, never a guess. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([mhdw])$/.exec(text);
  const [, digits, unit] = match ?? [];
  if (digits === undefined || unit === undefined) {
    throw new SessionError('usage', `"${text}" is not a duration`, { hint: 'write a number and a unit: 30m, 12h, 7d or 2w' });
  }
  return Number(digits) * unitMs[unit as keyof typeof unitMs];
}

/**
 * A point in time: an ISO date (its midnight here), an ISO time, `today`, `yesterday`, or a duration before `now`. Milliseconds
 * since the epoch.
 */
export function parseMoment(text: string, now: number): number {
  const moment = text === 'today' ? startOfDay(now) : text === 'yesterday' ? subDays(startOfDay(now), 1) : dateOf(text);
  if (moment !== undefined) return moment.getTime();
  if (/^\d+[a-z]$/.test(text)) return now - parseDuration(text);
  throw new SessionError('usage', `"${text}" is neither a date nor a duration`, { hint: 'write 2026-01-31, 7d, today or yesterday' });
}

function dateOf(text: string): Date | undefined {
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? parseISO(text) : undefined;
  return date && isValid(date) ? date : undefined;
}

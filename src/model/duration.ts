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

/** A point in time from an ISO date or time, or from a duration before `now`. Milliseconds since the epoch. */
export function parseMoment(text: string, now: number): number {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const moment = Date.parse(text);
    if (!Number.isNaN(moment)) return moment;
  }
  if (/^\d+[a-z]$/.test(text)) return now - parseDuration(text);
  throw new SessionError('usage', `"${text}" is neither a date nor a duration`, { hint: 'write 2026-01-31 or 7d' });
}

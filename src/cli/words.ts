import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';

/** `3 hours ago`, from an ISO time and now in milliseconds since the epoch. A time that is none is shown as it is. */
export function relativeTime(iso: string, now: number): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  // A clock that runs a little ahead is no reason to speak of the future.
  if (Math.abs(now - time) < 60_000) return 'just now';
  return formatDistanceStrict(time, now, { addSuffix: true });
}

/** `950`, `6.9k`, `1.2M`. No tokens are shown as `-`: most programs that report 0 do not count. */
export function tokenWords(tokens: number): string {
  if (tokens <= 0) return '-';
  if (tokens < 1000) return String(tokens);
  // 999 950 and more would be rounded to 1000.0k.
  if (tokens < 999_950) return `${(tokens / 1000).toFixed(1)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}

/** US dollars; `-` where unknown, which is never shown as 0. */
export function costWords(cost: number | null): string {
  if (cost === null) return '-';
  if (cost > 0 && cost < 0.01) return '<$0.01';
  return `$${cost.toFixed(2)}`;
}

/** `1 session`, `3 sessions`. */
export function countOf(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago, in as few signs as say it: `now`, `4 min`, `3 h`, `yesterday`, `Thu`, `12 Nov`, `12 Nov 2024`. */
export function formatAge(iso: string, now: number): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return '';
  const age = now - then;
  if (age < minute) return 'now';
  if (age < hour) return `${Math.floor(age / minute)} min`;
  const days = daysBetween(then, now);
  if (days === 0) return `${Math.floor(age / hour)} h`;
  if (days === 1) return 'yesterday';
  if (days < 7) return new Date(then).toLocaleDateString('en-GB', { weekday: 'short' });
  const year = new Date(then).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return new Date(then).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(year && { year }) });
}

/** The time of the day, `14:05`, with the date where it is not today's. */
export function formatTime(iso: string, now: number): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return '';
  const time = new Date(then).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (daysBetween(then, now) === 0) return time;
  return `${new Date(then).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

function daysBetween(then: number, now: number): number {
  const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(then)) / day);
}

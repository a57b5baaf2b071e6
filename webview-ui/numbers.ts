/** Tokens in at most four signs: `812`, `48.2k`, `1.84M`. */
export function formatTokens(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_950) return `${trim((count / 1000).toFixed(1))}k`;
  return `${trim((count / 1_000_000).toFixed(2))}M`;
}

/** A count with its thousands apart: `52,932`. */
export const formatCount = (count: number): string => count.toLocaleString('en-US');

/** Dollars; `undefined` where the cost is unknown, which is never shown as 0. */
export function formatCost(dollars: number | null | undefined): string | undefined {
  if (dollars === null || dollars === undefined) return undefined;
  if (dollars > 0 && dollars < 0.01) return '<$0.01';
  return `$${dollars.toFixed(2)}`;
}

/** How long something took: `0.4 s`, `6 s`, `1 min 12 s`, `2 h 5 min`. */
export function formatSpan(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10 && ms % 1000 !== 0) return `${trim(Math.max(0.1, seconds).toFixed(1))} s`;
  if (Math.round(seconds) < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return rest(`${minutes} min`, Math.round(seconds) % 60, 's');
  return rest(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min');
}

/** A running clock: `0:42`, `12:07`, `1:02:03`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(s).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`;
}

/** `1 file`, `3 files`. */
export const formatMany = (count: number, one: string, many = `${one}s`): string => `${formatCount(count)} ${count === 1 ? one : many}`;

const trim = (digits: string): string => digits.replace(/\.?0+$/, '');
const rest = (head: string, count: number, unit: string): string => (count === 0 ? head : `${head} ${count} ${unit}`);

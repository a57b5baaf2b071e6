/** One figure of the benchmark: a ratio or a size, with the bound it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'x' | 'ms' | 'kB';
  readonly bound: number;
  /** The raw medians that the value was made of, in milliseconds or kB. */
  readonly of: Readonly<Record<string, number>>;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** A ratio of two medians that were measured in turn, so that a machine that slows down slows both. */
export function ratio(
  name: string,
  bound: number,
  top: readonly [string, readonly number[]],
  bottom: readonly [string, readonly number[]],
): Figure {
  const [a, b] = [median(top[1]), median(bottom[1])];
  return { name, value: a / b, unit: 'x', bound, of: { [top[0]]: a, [bottom[0]]: b } };
}

export function tableOf(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, value, unit, bound, of }) => {
    const parts = Object.entries(of).map(([what, number]) => `${what} ${number.toFixed(number < 10 ? 2 : 0)}`);
    return `${value <= bound ? 'ok  ' : 'OVER'}  ${`${value.toFixed(2)} ${unit}`.padStart(12)}  of ${String(bound).padStart(5)}  ${name}  (${parts.join(', ')})`;
  });
  return lines.join('\n');
}

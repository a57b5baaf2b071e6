/** What was measured of one side of a figure, each run by itself, in milliseconds. */
export type Runs = readonly [name: string, times: readonly number[]];

/** One figure of the benchmark: a ratio or a size, with the bound it is held against, if there is one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'x' | 'ms' | 'kB';
  readonly bound?: number;
  /** The raw numbers that the value was made of, in milliseconds or kB. */
  readonly of: Readonly<Record<string, number>>;
  /** How far the runs behind them lie apart. */
  readonly spread?: readonly Spread[];
}

/** How far the runs of one thing lie apart, in milliseconds. */
export interface Spread {
  readonly name: string;
  readonly runs: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export const median = (values: readonly number[]): number => spreadOf(['', values]).median;

export function spreadOf([name, times]: Runs): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { name, runs: sorted.length, least: at(0), median: at(Math.floor(sorted.length / 2)), most: at(sorted.length - 1) };
}

/**
 * A ratio of two things that were measured in turn. `least`, for whole processes: whatever else the machine does only adds
 * to a run, so that the shortest of many is nearest to the program's own time. `median`, for calls: some of them wait for
 * a disk, and that is part of what they cost.
 */
export function ratio(name: string, bound: number | undefined, by: 'least' | 'median', top: Runs, bottom: Runs): Figure {
  const [a, b] = [spreadOf(top), spreadOf(bottom)];
  return {
    name,
    value: a[by] / b[by],
    unit: 'x',
    ...(bound !== undefined && { bound }),
    of: { [a.name]: a[by], [b.name]: b[by] },
    spread: [a, b],
  };
}

export const isMissed = ({ value, bound }: Figure): boolean => bound !== undefined && !(value <= bound);

export function tableOf(figures: readonly Figure[]): string {
  const number = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  const lines = figures.map((figure) => {
    const { name, value, unit, bound, of, spread } = figure;
    const parts =
      spread?.map((side) => `${side.name} ${[side.least, side.median, side.most].map(number).join(' ')}`) ??
      Object.entries(of).map(([what, amount]) => `${what} ${number(amount)}`);
    const measured = `${isMissed(figure) ? 'OVER' : bound === undefined ? '    ' : 'ok  '}  ${`${value.toFixed(2)} ${unit}`.padStart(10)} ${bound === undefined ? '       ' : `of ${String(bound).padEnd(4)}`}`;
    return `${measured}  ${name}${parts.length === 0 ? '' : `\n${' '.repeat(25)}${parts.join(' · ')}`}`;
  });
  return ['Times in ms: least, median, most.', ...lines].join('\n');
}

import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip, type ChartDataset } from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip);

/** One part of each bar. */
export interface Series {
  readonly name: string;
  /** A colour of the theme, without `--vscode-`; the next one is taken where the theme lacks it. */
  readonly colors: readonly string[];
  readonly values: readonly number[];
}

export interface UsageChartProps {
  /** Said in place of the picture; the table below has its numbers. */
  readonly label: string;
  readonly names: readonly string[];
  readonly series: readonly Series[];
  /** Lying, for groups with long names. */
  readonly lying: boolean;
  readonly format: (value: number) => string;
}

/** Bars, their parts on top of each other, in the colours of the theme. */
export function UsageChart({ label, names, series, lying, format }: UsageChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const text = color('foreground');
    const edge = color('contrastBorder');
    const datasets = series.map(({ name, colors, values }): ChartDataset<'bar'> => ({
      label: name,
      data: [...values],
      backgroundColor: color(...colors),
      // In high contrast the parts are told apart by their edges too.
      ...(edge === '' ? {} : { borderColor: text, borderWidth: 1 }),
      maxBarThickness: 36,
    }));
    const axis = {
      stacked: true,
      ticks: { color: text },
      grid: { display: false },
      border: { color: color('panel-border', 'foreground') },
    };
    const values = {
      ...axis,
      beginAtZero: true,
      ticks: { color: text, maxTicksLimit: 6, callback: (value: string | number) => format(Number(value)) },
      grid: { color: color('panel-border', 'foreground') },
    };
    const chart = new Chart(canvas.current, {
      type: 'bar',
      data: { labels: [...names], datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: lying ? 'y' : 'x',
        scales: lying ? { x: values, y: axis } : { x: axis, y: values },
        font: { family: color('font-family') || 'sans-serif' },
        plugins: {
          legend: { display: series.length > 1, align: 'start', labels: { color: text, boxWidth: 12 } },
          tooltip: { callbacks: { label: ({ dataset, raw }) => `${dataset.label ?? ''}: ${format(Number(raw))}` } },
        },
      },
    });
    return () => chart.destroy();
  });
  return (
    <div class={lying ? `chart lying rows-${String(Math.min(15, names.length))}` : 'chart'}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

/** The first of these colours that the theme has; empty where it has none. */
function color(...names: readonly string[]): string {
  const style = getComputedStyle(document.documentElement);
  return names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ?? '';
}

import { useState } from 'preact/hooks';
import type { UsageChoice, UsageToHost, UsageToWebview } from '../../src/protocol/usageMessages.js';
import { formatCost, formatCount, formatMany, formatTokens } from '../numbers.js';
import { UsageChart } from './usageChart.js';

type Usage = Extract<UsageToWebview, { kind: 'usage' }>;
type Row = Usage['rows'][number];

const groups: readonly (readonly [UsageChoice['by'], string])[] = [
  ['day', 'Day'],
  ['week', 'Week'],
  ['month', 'Month'],
  ['backend', 'Agent'],
  ['model', 'Model'],
  ['tag', 'Tag'],
  ['folder', 'Folder'],
];
const periods: readonly (readonly [UsageChoice['period'], string])[] = [
  [7, 'Last 7 days'],
  [30, 'Last 30 days'],
  [90, 'Last 90 days'],
  [0, 'All time'],
];
const scopes: readonly (readonly [UsageChoice['scope'], string])[] = [
  ['folder', 'This folder'],
  ['all', 'All folders'],
];
/** More bars than these are not told apart; the table has them all. */
const maxBars = 15;

export interface UsageViewProps {
  /** Absent until the host has added up. */
  readonly shown: UsageToWebview | undefined;
  readonly post: (message: UsageToHost) => void;
}

/** The usage view: controls, charts, and a table with the same numbers. */
export function UsageView({ shown, post }: UsageViewProps) {
  // What was chosen holds from then on, though the answer to an earlier choice may still come.
  const [chosen, setChosen] = useState<UsageChoice>();
  if (!shown) return <p class="note">Adding up…</p>;
  if (shown.kind === 'error')
    return (
      <p class="note" role="alert">
        {shown.message}
        {shown.hint !== undefined && <small>{shown.hint}</small>}
      </p>
    );
  const choice = chosen ?? shown.choice;
  const choose = (part: Partial<UsageChoice>): void => {
    const next = { ...choice, ...part };
    setChosen(next);
    post({ kind: 'choose', choice: next });
  };
  return (
    <main>
      <header>
        <h1>Usage in {shown.choice.scope === 'all' ? 'all folders' : shown.folder}</h1>
        <Choice label="Group by" value={choice.by} options={groups} choose={(by) => choose({ by })} />
        <Choice label="Period" value={choice.period} options={periods} choose={(period) => choose({ period })} />
        <Choice label="Sessions of" value={choice.scope} options={scopes} choose={(scope) => choose({ scope })} />
      </header>
      {shown.rows.length === 0 ? <p class="note">Nothing was used in this time.</p> : <Numbers usage={shown} />}
    </main>
  );
}

interface ChoiceProps<T> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly choose: (value: T) => void;
}

function Choice<T>({ label, value, options, choose }: ChoiceProps<T>) {
  const picked = (event: Event): void => {
    const option = event.target instanceof HTMLSelectElement ? options[event.target.selectedIndex] : undefined;
    if (option) choose(option[0]);
  };
  return (
    <label>
      {label}
      <select onChange={picked}>
        {options.map(([option, title]) => (
          <option key={title} selected={option === value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function Numbers({ usage: { choice, rows, pricesAsOf } }: { readonly usage: Usage }) {
  const isTime = choice.by === 'day' || choice.by === 'week' || choice.by === 'month';
  const bars = isTime ? rows.slice(-90) : rows.slice(0, maxBars);
  const names = bars.map(({ title }) => title);
  const values = (value: (row: Row) => number): readonly number[] => bars.map(value);
  const heading = groups.find(([by]) => by === choice.by)?.[1] ?? '';
  const hasCost = rows.some((row) => row.cost_usd !== null || row.estimated_usd !== null);
  const hasEstimate = rows.some((row) => row.estimated_usd !== null);
  const unpriced = choice.by === 'tag' ? 0 : rows.reduce((sum, row) => sum + row.unpriced_tokens, 0);
  return (
    <>
      <section>
        <h2>Tokens</h2>
        <UsageChart
          label={`Tokens by ${heading.toLowerCase()}, as in the table below`}
          {...{ names, lying: !isTime, format: formatTokens }}
          series={[
            { name: 'Input', colors: ['charts-blue', 'textLink-foreground'], values: values((row) => Math.max(0, row.input - row.cached)) },
            { name: 'Input from cache', colors: ['charts-lines', 'descriptionForeground'], values: values((row) => row.cached) },
            {
              name: 'Output',
              colors: ['charts-green', 'foreground'],
              values: values((row) => Math.max(row.output, row.total - row.input)),
            },
          ]}
        />
      </section>
      {hasCost && (
        <section>
          <h2>Cost</h2>
          <UsageChart
            label={`Cost by ${heading.toLowerCase()}, as in the table below`}
            {...{ names, lying: !isTime, format: (dollars: number) => `$${dollars.toFixed(2)}` }}
            series={[
              { name: 'As the agents told', colors: ['charts-blue', 'textLink-foreground'], values: values((row) => row.cost_usd ?? 0) },
              ...(hasEstimate
                ? [
                    {
                      name: 'Estimated',
                      colors: ['charts-yellow', 'descriptionForeground'],
                      values: values((row) => row.estimated_usd ?? 0),
                    },
                  ]
                : []),
            ]}
          />
        </section>
      )}
      <Table {...{ heading, rows: isTime ? [...rows].reverse() : rows, hasEstimate }} />
      {hasEstimate && <p class="note">Estimated: by the makers’ prices of {pricesAsOf}, or your own in prices.yaml.</p>}
      {unpriced > 0 && <p class="note">What {formatMany(unpriced, 'token')} cost is not known.</p>}
    </>
  );
}

interface TableProps {
  readonly heading: string;
  readonly rows: readonly Row[];
  readonly hasEstimate: boolean;
}

function Table({ heading, rows, hasEstimate }: TableProps) {
  return (
    <table>
      <caption>Tokens and cost by {heading.toLowerCase()}</caption>
      <thead>
        <tr>
          <th scope="col">{heading}</th>
          <th scope="col">Sessions</th>
          <th scope="col">Input</th>
          <th scope="col">From cache</th>
          <th scope="col">Output</th>
          <th scope="col">Total</th>
          <th scope="col">Cost</th>
          {hasEstimate && <th scope="col">Estimated</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.title}</th>
            <td>{formatCount(row.sessions)}</td>
            <td>{formatCount(row.input)}</td>
            <td>{formatCount(row.cached)}</td>
            <td>{formatCount(row.output)}</td>
            <td>{formatCount(row.total)}</td>
            <td>{costCell(row.cost_usd, row.unpriced_tokens > 0 || row.estimated_usd !== null)}</td>
            {hasEstimate && <td>{formatCost(row.estimated_usd) ?? '–'}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is not known is said, never shown as 0. */
function costCell(cost: number | null, isPart: boolean): string {
  const text = formatCost(cost);
  if (text === undefined) return 'unknown';
  return isPart ? `${text} in part` : text;
}

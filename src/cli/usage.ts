import { pricesAsOf } from '../model/prices.js';
import type { UsageRow } from '../model/report.js';
import type { Invocation } from './invocation.js';
import { scopeOf, spanOf } from './listCommand.js';
import { withProgress } from './progress.js';
import { tableLines, type Column } from './table.js';
import { costWords } from './words.js';

/** `skein sessions usage`: tokens as they were counted, dollars where they are known. */
export async function usage({ options, terminal, open }: Invocation): Promise<undefined> {
  const span = spanOf(options, Date.now());
  const workspace = await open();
  const rows = await withProgress(terminal, 'adding up', workspace.usage(options.by, { ...span, scope: scopeOf(options) }));
  if (options.json === true) {
    terminal.json(rows);
    return;
  }
  if (rows.length === 0) terminal.say(span.since === undefined && span.until === undefined ? 'no usage yet' : 'no usage in that time');
  const number = (heading: string, value: (row: UsageRow) => number): Column<UsageRow> => ({
    heading,
    text: (row) => String(value(row)),
    align: 'right',
  });
  const columns: readonly Column<UsageRow>[] = [
    { heading: (options.by ?? 'day').toUpperCase(), text: (row) => row.key || '-' },
    number('SESSIONS', (row) => row.sessions),
    number('INPUT', (row) => row.input),
    number('OUTPUT', (row) => row.output),
    number('CACHED', (row) => row.cached),
    number('REASONING', (row) => row.reasoning),
    number('TOTAL', (row) => row.total),
    { heading: 'COST', text: costOf, align: 'right' },
  ];
  const layout = { width: terminal.width, paintHeading: (text: string) => terminal.style('bold', text) };
  for (const line of await tableLines(columns, rows, layout)) terminal.print(line);
  if (rows.some(({ estimated_usd: estimated }) => estimated !== null))
    terminal.say(`~ is estimated by the prices of ${pricesAsOf}, or your own in prices.yaml`);
  const unpriced = rows.reduce((sum, row) => sum + row.unpriced_tokens, 0);
  if (unpriced > 0 && options.by !== 'tag') terminal.say(`what ${String(unpriced)} tokens cost is not known`);
}

/** What the programs noted; with `~` where a part of it is estimated. */
function costOf({ cost_usd: noted, estimated_usd: estimated }: UsageRow): string {
  return estimated === null ? costWords(noted) : `~${costWords((noted ?? 0) + estimated)}`;
}

import type { UsageRow } from '../model/report.js';
import type { Invocation } from './invocation.js';
import { withProgress } from './progress.js';
import { tableLines, type Column } from './table.js';
import { costWords } from './words.js';

/** `skein sessions usage`: tokens as they were counted, dollars where they are known. */
export async function usage({ options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const rows = await withProgress(terminal, 'adding up', workspace.usage(options.by));
  if (options.json === true) {
    terminal.json(rows);
    return;
  }
  if (rows.length === 0) terminal.say('no usage yet');
  const number = (heading: string, value: (row: UsageRow) => number): Column<UsageRow> => ({
    heading,
    text: (row) => String(value(row)),
    align: 'right',
  });
  const columns: readonly Column<UsageRow>[] = [
    { heading: (options.by ?? 'all').toUpperCase(), text: (row) => row.key || '-' },
    number('SESSIONS', (row) => row.sessions),
    number('INPUT', (row) => row.input),
    number('OUTPUT', (row) => row.output),
    number('CACHED', (row) => row.cached),
    number('REASONING', (row) => row.reasoning),
    number('TOTAL', (row) => row.total),
    { heading: 'COST', text: (row) => costWords(row.cost_usd), align: 'right' },
  ];
  const layout = { width: terminal.width, paintHeading: (text: string) => terminal.style('bold', text) };
  for (const line of await tableLines(columns, rows, layout)) terminal.print(line);
}

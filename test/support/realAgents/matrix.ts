import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** How something is done: with the agent's own means, with the history given as context, or not at all. */
export type Means = 'natively' | 'by replay' | 'no';

/** The columns of the README's table of agents. */
export const abilities = [
  'new',
  'stream',
  'tools, asked first',
  'cancel',
  'resume',
  'fork',
  'fork at a message',
  'errors told',
  'handed to another agent',
] as const;
export type Ability = (typeof abilities)[number];
export type MatrixRow = Partial<Record<Ability, Means>>;

const [begin, end] = ['<!-- agents: written by `npm run agents` -->', '<!-- agents end -->'];
const readme = fileURLToPath(new URL('../../../README.md', import.meta.url));

/** Compares a row with the README's; or keeps it for the README, where the run is to write it: `AGENT_MATRIX` is the folder. */
export async function settleRow(title: string, row: MatrixRow): Promise<void> {
  assert.deepEqual(Object.keys(row).sort(), [...abilities].sort(), 'every ability was tried');
  const folder = process.env['AGENT_MATRIX'];
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${title}.json`), JSON.stringify(row));
    return;
  }
  const lines = partOf(await readFile(readme, 'utf8')).split('\n');
  assert.ok(
    lines.includes(lineOf(title, row)),
    `the README tells otherwise of ${title}; \`npm run agents\` writes it anew\n${lineOf(title, row)}`,
  );
}

/** Writes rows of the table into the README; the others stay. */
export async function writeMatrix(rows: readonly (readonly [title: string, row: MatrixRow])[]): Promise<void> {
  const text = await readFile(readme, 'utf8');
  const [head, ...old] = [
    `| agent | ${abilities.join(' | ')} |`,
    ...partOf(text)
      .split('\n')
      .filter((line) => line.startsWith('| ')),
  ];
  const lines = new Map([
    ...old.slice(1).map((line) => [line.split(' | ')[0], line]),
    ...rows.map(([title, row]) => [`| ${title}`, lineOf(title, row)]),
  ] as [string, string][]);
  const table = [head, `|${'---|'.repeat(abilities.length + 1)}`, ...[...lines.values()].sort()].join('\n');
  await writeFile(
    readme,
    text.replace(partOf(text), () => `\n\n${table}\n\n`),
  );
}

function lineOf(title: string, row: MatrixRow): string {
  return `| ${[title, ...abilities.map((ability) => row[ability] ?? 'no')].join(' | ')} |`;
}

function partOf(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  assert.ok(from !== -1 && to > from, 'the README has the marks of the table');
  return text.slice(from + begin.length, to);
}

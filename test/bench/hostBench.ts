import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openHost, type Host } from '../support/host.js';
import { spreadOf, type Figure } from './figure.js';

const runs = 15;
const starts = 7;
/** VS Code draws a tree at most each 200 ms: a change that comes alone is measured, not how long the one before it holds it up. */
const aloneMs = 1_000;

/** Measured in a real VS Code: how long `activate` takes, and how long after an outside write the tree shows it. */
export async function hostBench(): Promise<readonly Figure[]> {
  const host = await openHost();
  try {
    await host.window.openContainer('Skein');
    await host.window.treeRows('Sessions').first().waitFor();
    const refresh = spreadOf(['from write to row', await refreshTimes(host)]);
    const activation = spreadOf(['activate', await activationTimes(host)]);
    return [
      {
        name: 'tree shows an outside change',
        value: refresh.median,
        unit: 'ms',
        bound: 250,
        of: { median: refresh.median },
        spread: [refresh],
      },
      { name: 'activation', value: activation.median, unit: 'ms', bound: 50, of: { median: activation.median }, spread: [activation] },
    ];
  } finally {
    await host.close();
  }
}

/** From the end of the write of a record by this process, which is another program to the store, to the row in the window. */
async function refreshTimes(host: Host): Promise<readonly number[]> {
  const id = await host.evaluate(async (api, folder) => {
    const skein = (await api.extensions.getExtension('skein.skein')?.activate()) as {
      request(method: string, params: object): Promise<{ id: string }>;
    };
    const row = await skein.request('sessions/create', { folder, backend: 'demo', title: 'Outside change' });
    return row.id;
  }, host.workspace);
  await host.window.treeRow('Sessions', 'Outside change').waitFor();
  const file = join(host.workspace, '.skein/sessions', `${id}.json`);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const title = `Outside change ${String(run)}`;
    const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    // The page looks at every frame, so that what is measured is when the row is there to be seen.
    const seen = host.window.page.waitForFunction(
      `[...document.querySelectorAll('.label-name')].some((node) => node.textContent === ${JSON.stringify(title)})`,
      undefined,
      { polling: 'raf' },
    );
    await writeFile(file, JSON.stringify({ ...record, title }, undefined, 2));
    const start = performance.now();
    await seen;
    times.push(performance.now() - start);
    // Not in step with anything that looks at intervals.
    await delay(aloneMs * (1 + Math.random()));
  }
  return times;
}

/** What VS Code itself measured at each start of its extension host, in milliseconds: the row of Running Extensions. */
async function activationTimes({ window }: Host): Promise<readonly number[]> {
  const times: number[] = [];
  for (let start = 0; start < starts; start++) {
    await window.reload();
    await window.treeRows('Sessions').first().waitFor();
    await window.runCommand('Developer: Show Running Extensions');
    const row = window.page.locator('.runtime-extensions-editor .extension', { has: window.page.getByText('Skein', { exact: true }) });
    await row.waitFor();
    const text = await row.innerText();
    const match = /(\d+)\s*ms/.exec(text);
    if (!match?.[1]) throw new Error(`no activation time in "${text}"`);
    times.push(Number(match[1]));
  }
  return times;
}

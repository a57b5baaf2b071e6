import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHost, type Host } from '../support/host.js';
import { spreadOf, type Figure } from './figure.js';

const runs = 15;

/** Measured in a real VS Code: how long `activate` takes, and how long after an outside write the tree shows it. */
export async function hostBench(): Promise<readonly Figure[]> {
  const host = await openHost();
  try {
    await host.window.openContainer('Skein');
    await host.window.treeRows('Sessions').first().waitFor();
    const refresh = spreadOf(['from write to row', await refreshTimes(host)]);
    const activation = await activationTime(host);
    return [
      {
        name: 'tree shows an outside change',
        value: refresh.median,
        unit: 'ms',
        bound: 250,
        of: { median: refresh.median },
        spread: [refresh],
      },
      { name: 'activation', value: activation, unit: 'ms', bound: 50, of: {} },
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
  }
  return times;
}

/** What VS Code itself measured, in milliseconds: the row of Running Extensions. */
async function activationTime(host: Host): Promise<number> {
  await host.window.runCommand('Developer: Show Running Extensions');
  const row = host.window.page.locator('.runtime-extensions-editor .extension', { hasText: 'Skein' });
  await row.waitFor();
  const text = await row.innerText();
  const match = /(\d+)\s*ms/.exec(text);
  if (!match?.[1]) throw new Error(`no activation time in "${text}"`);
  return Number(match[1]);
}

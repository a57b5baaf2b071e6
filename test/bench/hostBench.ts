import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openHost, type Host } from '../support/host.js';
import { until } from '../support/until.js';
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
    const started = await activations(host);
    const own = spreadOf(['load and activate', started.map((each) => each.own)]);
    const shown = spreadOf(['as shown', started.map((each) => each.shown)]);
    return [
      {
        name: 'tree shows an outside change',
        value: refresh.median,
        unit: 'ms',
        bound: 250,
        of: { median: refresh.median },
        spread: [refresh],
      },
      { name: 'activation', value: own.median, unit: 'ms', bound: 50, of: { median: own.median }, spread: [own] },
      {
        name: 'activation, as Running Extensions shows it',
        value: shown.median,
        unit: 'ms',
        of: { median: shown.median },
        spread: [shown],
      },
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

/** What VS Code itself measured at each start of its extension host, in milliseconds: what Developer: Startup Performance tells. */
interface Activation {
  /** From the beginning of the loading of the extension's code to its end, and the call of its `activate`. */
  readonly own: number;
  /** The same as Running Extensions shows it: there loading begins when it is asked for, before the code of all others that start in that moment. */
  readonly shown: number;
}

async function activations(host: Host): Promise<readonly Activation[]> {
  const { window } = host;
  const found: Activation[] = [];
  for (let start = 0; start < starts; start++) {
    await window.reload();
    await window.treeRows('Sessions').first().waitFor();
    await window.runCommand('Developer: Startup Performance');
    found.push(await until('the times of activation', async () => activationIn(await startupPerformance(host))));
    await window.runCommand('View: Close All Editors');
  }
  return found;
}

const startupPerformance = (host: Host): Promise<string> =>
  host.evaluate((api) => api.workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf')?.getText() ?? '', undefined);

/** `undefined` where the report has no such extension yet. */
function activationIn(report: string): Activation | undefined {
  const [, load, call] = /^\| skein\.skein +\| \w+ +\| (\d+) +\| (\d+) +\|/m.exec(report) ?? [];
  const at = (mark: string): number => Number(new RegExp(`^code/extHost/${mark}/skein\\.skein\\t(\\d+)`, 'm').exec(report)?.[1]);
  const loading = at('didLoadExtensionCode') - at('willLoadExtensionCode');
  if (load === undefined || call === undefined || Number.isNaN(loading)) return undefined;
  return { own: loading + Number(call), shown: Number(load) + Number(call) };
}

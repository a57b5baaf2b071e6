import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

interface Cruise {
  readonly summary: { readonly totalCruised: number; readonly violations: readonly unknown[] };
}

async function cruise(...folders: string[]): Promise<Cruise> {
  const depcruise = join(root, 'node_modules/.bin/depcruise');
  const { stdout } = await promisify(execFile)(
    depcruise,
    ['--config', '.config/dependency-cruiser.mjs', '--output-type', 'json', ...folders],
    {
      cwd: root,
      maxBuffer: 64 << 20,
    },
  );
  return JSON.parse(stdout) as Cruise;
}

test('the layer rule looks at every file and finds nothing', async () => {
  // A cruiser that understands nothing reports no violations either: so what it saw is counted.
  const { summary } = await cruise('src', 'webview-ui');
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  assert.ok(files.length > 50);
  assert.ok(summary.totalCruised >= files.length, `${String(summary.totalCruised)} cruised of ${String(files.length)}`);
  assert.deepEqual(summary.violations, []);
});

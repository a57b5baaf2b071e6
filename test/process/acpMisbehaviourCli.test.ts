import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import type { SessionRow } from '../../src/model/row.js';
import { filesWith } from '../support/entriesBelow.js';
import { withCli, type CliPlace } from '../support/cli.js';
import { processesWith } from '../support/processesWith.js';
import { inShort } from '../support/turn.js';
import { until } from '../support/until.js';

const script = fileURLToPath(new URL('../support/misbehavingAgent.ts', import.meta.url));

/** Megabytes that the agent sends, and those that the heap of `skein` may have: what it kept of them would not fit. */
const [sent, heap] = [250, 125];

describe('skein with an agent that misbehaves', () => {
  const floods = {
    'a line without an end': 1,
    'words without an end': 1,
    'a flood on stderr': 0,
    'a flood on stderr without an end of line': 0,
    'a flood of what is no message': 0,
  };
  for (const [way, code] of Object.entries(floods)) {
    test(`needs little memory for ${way}`, () =>
      withAgent(way, async (skein) => {
        const first = await skein.run(['go'], { env: { NODE_OPTIONS: `--max-old-space-size=${heap}` } });
        assert.equal(first.code, code, first.stderr.slice(-2000));
        assert.equal((await skein.run(['-c', 'again'])).code, 0);
      }));
  }

  test('goes on after it was killed while a tool ran, which nothing ever answered', () =>
    withAgent('a tool that runs for ever', async (skein) => {
      let end: Promise<void> | undefined;
      const first = await skein.run(['go'], {
        watch: ({ stderr }, kill) => {
          if (stderr.includes('Build')) end ??= until('what streamed is kept', () => keeps(skein, 'Build')).then(() => kill('SIGKILL'));
        },
      });
      await end;
      assert.equal(first.code, null);
      const again = await skein.run(['-c', 'again']);
      assert.equal(again.code, 0, again.stderr);
      const [row] = (await skein.run(['sessions', 'list', '--json'])).json() as readonly SessionRow[];
      assert.equal(row?.status, 'active');
      const kept = (await skein.run(['sessions', 'history', row.id, '--json'])).json() as readonly Entry[];
      assert.deepEqual(inShort(kept), [
        'user go',
        'assistant before',
        'tool Look completed',
        'tool Build cancelled',
        'assistant',
        'user again',
        'assistant fine: again',
      ]);
    }));
});

/** Whether a file of a turn that streams has that word. */
async function keeps({ folder }: CliPlace, word: string): Promise<boolean> {
  return (await filesWith(word, folder)).some((file) => path.basename(file) === 'partial.jsonl');
}

/** The command line with that agent as its only one, of which no process is left at the end. */
async function withAgent(way: string, run: (skein: CliPlace) => Promise<void>): Promise<void> {
  const mark = `misbehaving-cli-${process.pid}-${way.replaceAll(/\W+/g, '-')}`;
  await withCli(async (skein) => {
    const env = { SKEIN_TEST: mark, MISBEHAVING_MB: String(sent) };
    const bad = { command: process.execPath, args: [script, way, path.join(skein.home, 'misbehaved')], env };
    await writeFile(path.join(skein.home, '.skein', 'config.yaml'), JSON.stringify({ agents: { bad }, default_backend: 'bad' }));
    await run(skein);
  });
  // Only /proc tells whose process is whose.
  if (process.platform === 'linux') await until('no process is left', async () => (await processesWith(`SKEIN_TEST=${mark}`)).length === 0);
}

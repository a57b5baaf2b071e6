import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { entrySchema, type EntryOf } from '../../src/model/entry.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { readRecord } from '../../src/store/recordFile.js';
import { installClaudeAdapter } from '../support/agentInstall.js';
import { withCli, type CliPlace } from '../support/cli.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { claudeEnvironment } from '../support/realAgents/claude.js';

// Gate C4 of Session-Bench needs an agent that reports dollars: the command line with the real Claude Code, through
// claude-agent-acp, against a model server of our own.
describe('a session with Claude Code', () => {
  let adapter: string;
  let server: ModelServer;
  before(
    async () => {
      adapter = await installClaudeAdapter();
      server = await startModelServer();
    },
    { timeout: 600_000 }, // the first time, the adapter is installed
  );
  after(() => server.close());

  const env = (skein: CliPlace) => ({
    PATH: [path.join(adapter, 'node_modules/.bin'), skein.env['PATH'], process.env['PATH']].join(path.delimiter),
    ...claudeEnvironment(server.url),
  });
  const read = async (skein: CliPlace, id: string) => {
    const base = path.join(skein.folder, '.skein/sessions', id);
    const lines = (await readFile(`${base}.jsonl`, 'utf8')).trimEnd().split('\n');
    const entries = lines.map((line) => entrySchema.parse(JSON.parse(line)));
    return { record: await readRecord(nodeFilePort, `${base}.json`), entries };
  };
  const costs = (entries: Awaited<ReturnType<typeof read>>['entries']): number[] =>
    entries.flatMap((entry) => (entry.type === 'message' ? (entry.usage?.cost_usd ?? []) : []));

  test('C4 cost: the dollars of each turn are in the transcript, and their sum is in the record', () =>
    withCli(async (skein) => {
      const first = await skein.run(['--backend', 'claude', 'explain the pipes [[think]]'], { env: env(skein) });
      assert.equal(first.code, 0, first.stderr);
      const id = /^session ([0-9a-f]{32})$/m.exec(first.stderr)?.[1] ?? '';
      const one = await read(skein, id);
      const [cost = 0, ...more] = costs(one.entries);
      assert.ok(cost > 0);
      assert.deepEqual(more, []);
      assert.equal(one.record.cost_usd, cost);
      const answer = one.entries.findLast((entry): entry is EntryOf<'message'> => entry.type === 'message');
      assert.match(answer?.model ?? '', /^claude-/);
      assert.equal(one.record.token_usage.total, answer?.usage?.total);

      // Another process goes on with it: the agent then reports a running total, of which only what came on top is counted.
      const second = await skein.run(['--session', id, 'and the valves'], { env: env(skein) });
      assert.equal(second.code, 0, second.stderr);
      assert.match(second.stdout, /Earlier user turns: 1/);
      const two = await read(skein, id);
      assert.equal(costs(two.entries).length, 2);
      assert.ok((costs(two.entries)[1] ?? 0) > 0);
      assert.ok(Math.abs((two.record.cost_usd ?? 0) - costs(two.entries).reduce((sum, each) => sum + each, 0)) < 1e-9);
      assert.match((await skein.run(['sessions', 'show', id])).stdout, /^cost .*\$/m);
    }));
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import type { UsageRow } from '../../src/model/report.js';
import type { SessionRecord } from '../../src/model/record.js';
import { filesWith } from '../support/entriesBelow.js';
import { withCli, type CliPlace } from '../support/cli.js';
import { chatEvents, startEndpoint, type EndpointRequest } from '../support/endpointServer.js';

const key = 'sk-very-secret-0123456789';
const env = { LLM_KEY: key };

const usage = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };

/** An endpoint that counts what it is told, and refuses the key when it is asked to, naming it. */
function reply({ path, body }: EndpointRequest) {
  const { model, messages } = (body ?? {}) as { model?: string; messages: readonly { content: string }[] };
  if (path === '/v1/models') return { json: { data: [{ id: 'llama' }] } };
  const last = messages.at(-1)?.content ?? '';
  if (last.includes('refuse')) return { status: 401, json: { error: { message: `Incorrect API key provided: ${key}` } } };
  return { events: chatEvents([{ content: `You said: ${last}. Messages: ${messages.length}` }], { ...(model && { model }), usage }) };
}

async function withEndpoint(run: (place: CliPlace, requests: readonly EndpointRequest[]) => Promise<void>): Promise<void> {
  const server = await startEndpoint(reply);
  try {
    await withCli(async (place) => {
      for (const [name, value] of [
        ['endpoint.url', server.url],
        ['endpoint.key_env', 'LLM_KEY'],
      ] as const) {
        assert.equal((await place.run(['config', 'set', `agents.local.${name}`, value])).code, 0);
      }
      await run(place, server.requests);
    });
  } finally {
    await server.close();
  }
}

describe('an endpoint as an agent of the command line', () => {
  test('is listed with its address and what it lacks', async () => {
    await withEndpoint(async ({ run }) => {
      const without = await run(['agents']);
      assert.match(without.stdout, /^local +local +it has no key: set LLM_KEY in the environment/m);
      const listed = (await run(['agents', '--json'], { env })).json() as readonly { name: string }[];
      const { path, ...local } = listed.find(({ name }) => name === 'local') as { name: string; path?: string };
      assert.match(path ?? '', /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
      assert.deepEqual(local, {
        name: 'local',
        title: 'local',
        demo: false,
        from: 'config',
        key: 'environment',
        can: ['models', 'thinking'],
      });
      assert.match((await run(['agents'], { env })).stdout, /^local +local +http:\S+\/v1 \(config\); with a key; can models, thinking$/m);
    });
  });

  test('costs what the tables of prices say where they know the model, marked as that, and else nobody knows what', async () => {
    await withEndpoint(async ({ run, home }) => {
      const answer = async (model: string) => {
        const { code, stderr } = await run(['--backend', 'local', '--model', model, 'hello'], { env });
        assert.equal(code, 0, stderr);
        const [row] = (await run(['sessions', 'list', '--json'])).json() as readonly SessionRecord[];
        const history = (await run(['sessions', 'history', row?.id ?? '', '--json'])).json() as readonly Entry[];
        const answered = history.findLast(({ type }) => type === 'message');
        return [answered?.type === 'message' && answered.usage, row?.cost_usd];
      };
      const tokens = { input: 1000, output: 200, cached: 0, reasoning: 0, total: 1200 };
      // 1.25 dollars for a million in, 10 out.
      assert.deepEqual(await answer('gpt-5-2025-08-07'), [{ ...tokens, cost_usd: 0.00325, cost_estimated: true }, 0.00325]);
      assert.deepEqual(await answer('llama'), [{ ...tokens, cost_usd: null }, null]);
      await writeFile(join(home, '.skein', 'prices.yaml'), 'llama: { input: 1, output: 2 }\n');
      assert.deepEqual(await answer('llama'), [{ ...tokens, cost_usd: 0.0014, cost_estimated: true }, 0.0014]);
      const [used] = (await run(['sessions', 'usage', '--by', 'backend', '--json'])).json() as readonly UsageRow[];
      assert.equal(used?.cost_usd, null);
      assert.equal(used.estimated_usd?.toFixed(6), (0.00325 + 2 * 0.0014).toFixed(6));
    });
  });

  test('is given a picture that a prompt names, and again with the history in another process', async () => {
    await withEndpoint(async ({ run, folder }, requests) => {
      const data = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
      await writeFile(join(folder, 'dot.png'), Buffer.from(data, 'base64'));
      assert.equal((await run(['--backend', 'local', 'what is in @dot.png?'], { env })).code, 0);
      assert.equal((await run(['-c', 'and its colour?'], { env })).code, 0);
      const asked = requests.filter(({ method }) => method === 'POST');
      assert.deepEqual(
        asked.map(({ body }) => JSON.stringify(body).includes(`data:image/png;base64,${data}`)),
        [true, true],
      );
    });
  });

  test('goes on with a session in another process, and with one of another agent, its messages told', async () => {
    await withEndpoint(async ({ run, start }, requests) => {
      const first = await run(['--backend', 'local', 'one'], { env });
      assert.equal(first.stdout.trim(), 'You said: one. Messages: 1');
      assert.equal((await run(['-c', 'two'], { env })).stdout.trim(), 'You said: two. Messages: 3');
      const id = await start('three');
      const switched = await run(['--session', id, '--backend', 'local', 'four'], { env });
      assert.match(switched.stdout, /^You said: four\. Messages: 3$/m);
      const { messages } = requests.at(-1)?.body as { messages: readonly { role: string; content: string }[] };
      assert.deepEqual(
        messages.map(({ role }) => role),
        ['user', 'assistant', 'user'],
      );
      assert.equal(messages[0]?.content, 'three');
    });
  });

  test('leaves its key in no file, no export and no message, though the endpoint repeats it', async () => {
    await withEndpoint(async ({ run, folder, home }) => {
      const good = await run(['--backend', 'local', 'one'], { env });
      const bad = await run(['-v', '-c', 'refuse me'], { env });
      assert.equal(bad.code, 1);
      assert.match(bad.stderr, /error: local is not signed in\nhint: .*LLM_KEY.*\*\*\*/);
      const [record] = (await run(['sessions', 'list', '--json'])).json() as readonly SessionRecord[];
      assert.equal(record?.status, 'error');
      const shown = [good, bad, await run(['sessions', 'show', record.id]), await run(['doctor'])];
      for (const format of ['json', 'md', 'bundle']) {
        shown.push(await run(['sessions', 'export', record.id, '--format', format, '-o', `out.${format}`]));
      }
      assert.equal(
        shown
          .map(({ stdout, stderr }) => stdout + stderr)
          .join('')
          .includes(key),
        false,
      );
      assert.deepEqual(await filesWith(key, folder, home), []);
      // The search does find what is there.
      assert.notDeepEqual(await filesWith('refuse me', folder), []);
    });
  });
});

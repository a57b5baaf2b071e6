import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { entrySchema } from '../../src/model/entry.js';
import { findingSchema, searchHitSchema, usageRowSchema } from '../../src/model/report.js';
import { sessionRowSchema, type SessionRow } from '../../src/model/row.js';
import { agentInfoSchema, sourceInfoSchema } from '../../src/protocol/requests.js';
import { withCli, type CliPlace } from '../support/cli.js';

const list = async (skein: CliPlace, ...options: readonly string[]) => {
  const { code, stdout, stderr } = await skein.run(['sessions', 'list', '--json', ...options]);
  assert.equal(code, 0, stderr);
  return z.array(sessionRowSchema).parse(JSON.parse(stdout));
};
const prompts = async (skein: CliPlace, ...options: readonly string[]) => (await list(skein, ...options)).map((row) => row.prompt);
const recordFile = (skein: CliPlace, id: string) => path.join(skein.folder, '.skein', 'sessions', `${id}.json`);

async function edit(skein: CliPlace, id: string, change: (record: Record<string, unknown>) => object): Promise<void> {
  const record = JSON.parse(await readFile(recordFile(skein, id), 'utf8')) as Record<string, unknown>;
  await writeFile(recordFile(skein, id), JSON.stringify({ ...record, ...change(record) }));
}

describe('sessions list', () => {
  test('is an aligned table, last used first, and without sessions says how to start one', () =>
    withCli(async (skein) => {
      const empty = await skein.run(['sessions', 'list']);
      assert.deepEqual([empty.code, empty.stdout], [0, '']);
      assert.match(empty.stderr, /no sessions yet; skein "prompt" starts one/);
      const [a, b] = [await skein.start('hello a'), await skein.start('hello b', '--tag', 'x')];
      const { stdout } = await skein.run(['sessions', 'list']);
      const golden = stdout
        .replaceAll(a.slice(0, 8), '<id of a>')
        .replaceAll(b.slice(0, 8), '<id of b>')
        .replaceAll(/ +\d+(\.\dk)? {2}hello/g, '  <n>  hello');
      assert.equal(
        golden,
        [
          'ID        BACKEND  STATUS  LAST USED  TOKENS  TITLE/PROMPT',
          '<id of b>  demo     active  just now  <n>  hello b #x',
          '<id of a>  demo     active  just now  <n>  hello a',
          '',
        ].join('\n'),
      );
    }));

  test('takes every filter', () =>
    withCli(async (skein) => {
      const a = await skein.start('hello alpha', '--tag', 'x', '--tag', 'y');
      const b = await skein.start('hello beta', '--tag', 'x');
      await edit(skein, a, () => ({
        last_used_at: '2026-01-02T00:00:00.000Z',
        model: 'big-1',
        status: 'completed',
        created_at: '2026-01-01T00:00:00.000Z',
      }));
      const [alpha, beta] = ['hello alpha', 'hello beta'];
      const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
        [[], [beta, alpha]],
        [
          ['--backend', 'demo'],
          [beta, alpha],
        ],
        [['--backend', 'claude'], []],
        [['--status', 'completed'], [alpha]],
        [
          ['--tag', 'x'],
          [beta, alpha],
        ],
        [['--tag', 'x', '--tag', 'y'], [alpha]],
        [['--model', 'big-1'], [alpha]],
        [['--since', '7d'], [beta]],
        [['--since', '2026-01-01', '--until', '2026-01-03'], [alpha]],
        [['--search', 'alpha'], [alpha]],
        [
          ['--source', 'skein'],
          [beta, alpha],
        ],
        [['--source', 'clinvk'], []],
        [['--here'], [beta, alpha]],
        [['--all'], [beta, alpha]],
        [['--active'], [beta]],
        [
          ['--sort', 'created'],
          [beta, alpha],
        ],
        [['--limit', '1'], [beta]],
        [['--limit', '1', '--offset', '1'], [alpha]],
      ];
      for (const [options, expected] of cases) assert.deepEqual(await prompts(skein, ...options), expected, options.join(' '));
      for (const [args, words] of [
        [['--backend', 'claude'], 'no session matches; 2 others in this folder\n'],
        [['--backend', 'claude', '--all'], 'no session matches; 2 others in all folders\n'],
        [['--offset', '2'], 'no session from the 3. on\n'],
      ] as const) {
        assert.equal((await skein.run(['sessions', 'list', ...args])).stderr, words, args.join(' '));
      }
      for (const wrong of [
        ['--since', 'soon'],
        ['--until', '3x'],
        ['--status', 'running'],
        ['--limit', '0'],
        ['--source', 'clinvc'],
        ['--since', '1d', '--until', '2d'],
      ]) {
        assert.equal((await skein.run(['sessions', 'list', ...wrong])).code, 2, wrong.join(' '));
      }
      await skein.run(['sessions', 'archive', a, b]);
      assert.equal((await skein.run(['sessions', 'list'])).stderr, 'only archived sessions in this folder; --archived lists them\n');
    }));

  test('--json serves the published recipes', () =>
    withCli(async (skein) => {
      await skein.start('fix auth', '--tag', 'x');
      await skein.start('hello');
      const rows = await list(skein);
      // jq '[.[].token_usage.total] | add'
      const total = rows.map((row) => row.token_usage.total).reduce((sum, tokens) => sum + tokens, 0);
      assert.equal(
        total,
        rows.map((row) => row.tokens).reduce((sum, tokens) => sum + tokens, 0),
      );
      assert.ok(total > 0);
      // jq 'group_by(.backend)'
      assert.deepEqual([...new Set(rows.map((row) => row.backend))], ['demo']);
      // jq '.[] | select(.prompt | contains("auth"))': fails on a prompt that is no string.
      assert.equal(rows.filter((row) => row.prompt.includes('auth')).length, 1);
      for (const row of rows) {
        assert.equal(row.last_used, row.last_used_at);
        assert.equal(row.source, 'skein');
      }
    }));

  test('tells damaged records on stderr, keeps them out of --json, and lists the rest', () =>
    withCli(async (skein) => {
      const good = await skein.start('hello');
      const sessions = path.join(skein.folder, '.skein', 'sessions');
      await writeFile(path.join(sessions, `${'d'.repeat(32)}.json`), '{"version":1,');
      const { code, stdout, stderr } = await skein.run(['sessions', 'list', '--json']);
      assert.equal(code, 0);
      assert.deepEqual(
        (JSON.parse(stdout) as SessionRow[]).map((row) => row.id),
        [good],
      );
      assert.match(stderr, new RegExp(`damaged: .*${'d'.repeat(32)}`));
      assert.match((await skein.run(['sessions', 'list'])).stdout, /^dddddddd .*damaged/m);
      assert.equal((await skein.run(['sessions', 'show', 'dddddddd'])).code, 5);
      const doctor = await skein.run(['doctor', '--json']);
      assert.equal(doctor.code, 5);
      const findings = z.array(findingSchema).parse(doctor.json());
      assert.ok(findings.some((finding) => finding.path.includes('d'.repeat(32))));
      assert.match((await skein.run(['doctor'])).stdout, /dddddddd/);
    }));

  test('of many sessions of another program keeps what it made of them for the next, at its end', () =>
    withCli(async (skein) => {
      const logs = path.join(skein.home, '.codex/sessions/2026/01/02');
      await mkdir(logs, { recursive: true });
      for (let n = 0; n < 30; n++) {
        const id = `${String(n).padStart(8, '0')}-1111-4222-8333-444444444444`;
        const meta = { timestamp: '2026-01-02T00:00:00.000Z', type: 'session_meta', payload: { id, cwd: skein.folder } };
        await writeFile(path.join(logs, `rollout-2026-01-02T00-00-00-${id}.jsonl`), `${JSON.stringify(meta)}\n`);
      }
      // What changed within the last two seconds may change again without its times telling, and is not kept.
      await delay(2500);
      assert.equal((await skein.run(['sessions', 'list', '--all'])).code, 0);
      assert.match(await readFile(path.join(skein.home, '.skein/cache/sources/codex.json'), 'utf8'), /00000029-1111/);
    }));

  test('shows the sessions of the whole folder from its root, and of a directory with --here', () =>
    withCli(async (skein) => {
      const { mkdir } = await import('node:fs/promises');
      const sub = path.join(skein.folder, 'sub');
      await mkdir(sub);
      await skein.start('hello root');
      await skein.start('hello sub', '--path', sub);
      assert.equal((await list(skein)).length >= 1, true);
      assert.deepEqual(await prompts(skein, '--here', '--path', sub), ['hello sub']);
    }));
});

describe('reading a session', () => {
  test('names the files that went along with a prompt, and the demo answers the words alone', () =>
    withCli(async (skein) => {
      await writeFile(path.join(skein.folder, 'auth.go'), 'package auth\n');
      const { stdout: answer } = await skein.run(['see @auth.go']);
      assert.match(answer, /“see @auth\.go”/);
      const [id = ''] = (await list(skein)).map((row) => row.id);
      const { stdout: history } = await skein.run(['sessions', 'history', id]);
      assert.match(history, /^see @auth\.go\n\n\[auth\.go\]$/m);
      const { stdout: markdown } = await skein.run(['sessions', 'export', id, '--format', 'md']);
      assert.match(markdown, /^\[auth\.go\]$/m);
      for (const text of [history, markdown]) assert.doesNotMatch(text, /package auth/);
      const { stdout: json } = await skein.run(['sessions', 'export', id, '--format', 'json']);
      assert.match(json, /package auth/, 'and an export for programs has it whole');
    }));

  test('show tells what is known, and --json the record', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello', '--title', 'Greeting');
      const { code, stdout } = await skein.run(['sessions', 'show', id.slice(0, 8)]);
      assert.equal(code, 0);
      for (const line of [`id .*${id}`, 'title .*Greeting', 'backend .*demo', 'turns .*1', `folder .*${skein.folder}`])
        assert.match(stdout, new RegExp(`^${line}$`, 'm'));
      assert.equal(sessionRowSchema.parse((await skein.run(['sessions', 'show', id, '--json'])).json()).id, id);
    }));

  test('history prints the conversation, and --json the entries', () =>
    withCli(async (skein) => {
      const id = await skein.start('what is 12*12?');
      const { stdout } = await skein.run(['sessions', 'history', id]);
      assert.match(stdout, /^you .*\nwhat is 12\*12\?\n\n(.|\n)*^demo.*\n(.|\n)*144/m);
      const entries = z.array(entrySchema).parse((await skein.run(['sessions', 'history', id, '--json'])).json());
      assert.equal(entries[0]?.type, 'session');
      const last = z.array(entrySchema).parse((await skein.run(['sessions', 'history', id, '--json', '--last', '1'])).json());
      assert.deepEqual(last, entries.slice(-1));
      const answer = entries.find((entry) => entry.type === 'message' && entry.message.role === 'assistant')!;
      assert.match(stdout, new RegExp(`^demo demo ${answer.timestamp} ${answer.id.slice(0, 8)}$`, 'm'));
      assert.equal((await skein.run(['sessions', 'history', 'ffffffff'])).code, 3);
    }));

  test('search finds titles, prompts and answers', () =>
    withCli(async (skein) => {
      const id = await skein.start('what is 12*12?', '--title', 'Arithmetic');
      await skein.start('hello');
      for (const query of ['arithmetic', '12*12', '144']) {
        const { code, stdout, stderr } = await skein.run(['sessions', 'search', query]);
        assert.equal(code, 0, stderr);
        assert.match(stdout, new RegExp(`^${id.slice(0, 8)} Arithmetic`, 'm'), query);
      }
      const hits = z.array(searchHitSchema).parse((await skein.run(['sessions', 'search', '144', '--json', '--limit', '1'])).json());
      assert.deepEqual(
        hits.map((hit) => hit.row.id),
        [id],
      );
      const [start, end] = hits[0]!.ranges[0]!;
      assert.equal(hits[0]!.line.slice(start, end), '144');
      const none = await skein.run(['sessions', 'search', 'xyzzy']);
      assert.deepEqual([none.code, none.stdout], [0, '']);
    }));

  test('usage sums up, by what is asked', () =>
    withCli(async (skein) => {
      await skein.start('hello', '--tag', 'x');
      for (const by of ['day', 'backend', 'model', 'tag']) {
        const rows = z.array(usageRowSchema).parse((await skein.run(['sessions', 'usage', '--by', by, '--json'])).json());
        assert.equal(rows.length, 1, by);
        assert.ok(rows[0]!.total > 0);
      }
      assert.match((await skein.run(['sessions', 'usage'])).stdout, /^DAY +SESSIONS/);
      assert.equal((await skein.run(['sessions', 'usage', '--until', '1d'])).stderr, 'no usage in that time\n');
      assert.equal((await skein.run(['sessions', 'usage', '--since', '1d', '--until', '2d'])).code, 2);
      assert.match((await skein.run(['sessions', 'usage', '--by', 'backend'])).stdout, /^BACKEND +SESSIONS.*COST\ndemo +1 /);
      assert.equal((await skein.run(['sessions', 'usage', '--by', 'moon'])).code, 2);
    }));
});

describe('reading the machine', () => {
  test('sources and agents say what there is', () =>
    withCli(async (skein) => {
      const sources = z.array(sourceInfoSchema).parse((await skein.run(['sources', '--json'])).json());
      assert.ok(sources.some((source) => source.name === 'clinvk' && !source.found));
      assert.match((await skein.run(['sources'])).stdout, /^clinvk .*not found/m);
      const agents = z.array(agentInfoSchema).parse((await skein.run(['agents', '--json'])).json());
      assert.ok(agents.some((agent) => agent.name === 'demo' && agent.demo));
      const { stdout } = await skein.run(['agents']);
      assert.match(stdout, /^demo .*built in, a demo.*; over ACP; can resume, fork, ask, models, modes$/m);
      assert.match(stdout, /^claude .*npm install/m);
    }));

  test('doctor finds nothing wrong in a good store', () =>
    withCli(async (skein) => {
      await skein.start('hello');
      const { code, stdout, stderr } = await skein.run(['doctor']);
      assert.deepEqual([code, stdout], [0, ''], stderr);
      assert.match(stderr, /nothing is wrong/);
      assert.deepEqual((await skein.run(['doctor', '--json'])).json(), []);
    }));

  test('config gets, sets and lists; values are JSON, else strings', () =>
    withCli(async (skein) => {
      const run = (...args: readonly string[]) => skein.run(['config', ...args]);
      assert.equal((await run('get', 'default_backend')).code, 1);
      assert.equal((await run('set', 'default_backend', 'demo')).code, 0);
      assert.equal((await run('get', 'default_backend')).stdout, 'demo\n');
      await run('set', 'session.retention_days', '30');
      await run('set', 'session.default_tags', '["a","b"]');
      assert.deepEqual((await run('get', 'session.retention_days', '--json')).json(), 30);
      assert.equal((await run('get', 'session.default_tags')).stdout, '["a","b"]\n');
      assert.match((await run('list')).stdout, /^session.retention_days = 30$/m);
      assert.equal(((await run('list', '--json')).json() as { session: { retention_days: number } }).session.retention_days, 30);
      assert.equal((await run('set', 'session.retention_days', 'many')).code, 2);
      assert.equal((await run('get', 'no.such.setting')).code, 2);
    }));

  test('call sends any request, and fills in the folder', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      const call = (method: string, params?: unknown) =>
        skein.run(['call', method, ...(params === undefined ? [] : ['--params', JSON.stringify(params)])]);
      assert.deepEqual(
        ((await call('sessions/list')).json() as { rows: SessionRow[] }).rows.map((row) => row.id),
        [id],
      );
      assert.deepEqual(((await call('sessions/list', { lastN: 1 })).json() as { rows: SessionRow[] }).rows.length, 1);
      const turn = await call('turn/start', { id, content: [{ type: 'text', text: 'hello again' }] });
      assert.equal(turn.code, 0, turn.stderr);
      assert.equal(((await skein.run(['sessions', 'show', id, '--json'])).json() as SessionRow).turn_count, 2);
      assert.equal((await call('sessions/get', { id: 'ffffffff' })).code, 3);
      assert.equal((await call('sessions/get', {})).code, 2);
      const wrong = await call('sessions/list', { limit: 'x' });
      assert.deepEqual([wrong.code, wrong.stderr], [2, 'error: wrong params for sessions/list: limit: expected number, received string\n']);
      assert.equal((await call('sessions/lost')).code, 2);
      assert.equal((await skein.run(['call', 'sessions/list', '--params', '{'])).code, 2);
      assert.equal((await skein.run(['call', 'sessions/list', '--params', '[]'])).code, 2);
    }));
});

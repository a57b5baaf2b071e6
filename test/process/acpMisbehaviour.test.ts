import assert from 'node:assert/strict';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { agentCatalog } from '../../src/agents/catalog.js';
import type { Limits } from '../../src/agents/agentLimits.js';
import type { Workspace } from '../../src/core/workspace.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { sizeBelow } from '../support/entriesBelow.js';
import { ways } from '../support/misbehavingAgent.js';
import { withFolder, type OpenFolder } from '../support/openFolder.js';
import { processesWith } from '../support/processesWith.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { content, inShort, turn, type Ended } from '../support/turn.js';
import { until } from '../support/until.js';

const script = fileURLToPath(new URL('../support/misbehavingAgent.ts', import.meta.url));

/** What a way of misbehaving comes to. The entries are those after the prompt, `before` and `Look` left out. */
interface Outcome {
  /** The failure in words; absent where it costs nothing. */
  readonly error?: string | RegExp;
  /** In what is kept of the failure: by default the agent's last words. */
  readonly words?: RegExp;
  readonly kept?: readonly (string | RegExp)[];
  readonly limits?: Partial<Limits>;
  /** The turn fails before the agent said anything. */
  readonly early?: boolean;
  /** The person stops the turn. */
  readonly stop?: boolean;
}

const muted: Outcome = {
  error: 'bad said nothing for 2 s and was ended',
  limits: { quiet: 1000, mute: 2000 },
  kept: ['assistant'],
};
const harmless: Outcome = { kept: ['assistant'] };
const ended = (how: string): Outcome => ({ error: `bad ended unexpectedly${how}`, kept: ['assistant'] });

const outcomes: Readonly<Record<string, Outcome>> = {
  'half a line, then silence': muted,
  'half a line, then exit': ended(' (exit 3)'),
  'an answer with a wrong id': { ...muted, words: /\(answers nothing\)/ },
  'an answer without an id': { ...muted, words: /\(no message\)/ },
  'an answer given twice': harmless,
  'an answer that is none': {
    error: 'bad answered session/prompt with something that is no answer',
    words: /expected object/,
    kept: ['assistant'],
  },
  'an answer before what it says': { kept: ['assistant late words'] },
  'a line of 50 MB': { ...ended(' (SIGKILL)'), words: /a line of more than 33554432 characters/ },
  'a line without an end': { ...ended(' (SIGKILL)'), words: /a line of more than 33554432 characters/ },
  'a tool that is given 20 MB': { kept: ['tool Look completed', 'assistant'] },
  'an input nested 100,000 deep': { kept: ['tool Nest completed', 'assistant'] },
  'unknown updates': harmless,
  'updates for another session': harmless,
  'updates of wrong types': harmless,
  'a tool that was never announced': { kept: ['tool Unannounced completed', 'assistant'] },
  'a tool that is never finished': { kept: ['tool Endless cancelled', 'assistant'] },
  'a question after the end': harmless,
  'a question without answers': { kept: ['tool Ask denied', 'assistant {"outcome":{"outcome":"cancelled"}}'] },
  'a question of the wrong shape': { kept: ['assistant refused: undefined'] },
  'a question that is followed by exit': { ...ended(' (exit 5)'), kept: ['tool Ask failed', 'assistant'] },
  'requests that it was not offered': {
    kept: ['assistant fs/read_text_file refused. terminal/create refused. _vendor/thing refused.'],
  },
  'closing stdin, then silence': muted,
  'closing stdout, then living on': ended(' (exit 0)'),
  'exit in the middle': { ...ended(' (exit 9)'), words: /last words of the agent\nout of memory$/ },
  'a good exit in the middle': ended(' (exit 0)'),
  'killed by a signal': ended(' (SIGKILL)'),
  'exit with a child that keeps stdout': ended(' (exit 7)'),
  'silence at the prompt': { ...muted, words: /waiting for the network/ },
  'deaf to a cancel': { stop: true, limits: { cancel: 200 }, kept: ['assistant'] },
  'a flood on stderr': harmless,
  'a flood on stderr without an end of line': harmless,
  'a flood of what is no message': harmless,
  'a flood of words': { kept: [/^assistant 0 1 2 .* 4998 4999$/] },
  'words without an end': { ...ended(' (SIGKILL)'), words: /more words in a turn than any model says/, kept: [/^assistant (word ){9999}/] },
  'a tool that runs for ever': { stop: true, kept: ['tool Build cancelled', 'assistant'] },
  'exit while a tool runs': { ...ended(' (exit 8)'), kept: ['tool Build failed', 'assistant'] },
  'invalid UTF-8': { kept: ['assistant a\uFFFDb'] },
  'an error without words': { error: 'bad answered with an error', words: /./, kept: ['assistant'] },
  'an error of the wrong shape': { error: 'bad answered with an error', words: /./, kept: ['assistant'] },
  'a network that is lost': { error: 'bad cannot reach its model', words: /ECONNREFUSED/, kept: ['assistant'] },
  'exit at the start': { ...ended(' (exit 4)'), early: true, words: /no license found/ },
  'silence at initialize': { error: 'bad did not answer initialize within 5 s', early: true, limits: { start: 5000 }, words: /loading/ },
  'an old protocol': { error: 'bad is too old or too new', early: true, words: /version 0/ },
  'a new protocol': { error: 'bad is too old or too new', early: true, words: /version 99/ },
  'another language': { ...ended(' (exit 0)'), early: true, words: /Usage: agent/ },
  'silence at session/new': {
    error: 'bad did not answer session/new within 3 s',
    early: true,
    limits: { open: 3000 },
    words: /MCP servers/,
  },
  'a session without an id': { error: 'bad answered session/new without a session', early: true },
  'an error at session/new': { error: 'bad is not signed in', early: true, words: /Authentication required/ },
  'closing stdin before the prompt': { ...ended(' (SIGTERM)'), early: true, words: /EPIPE/ },
  'exit at session/new': { ...ended(' (exit 6)'), early: true, words: /no disk/ },
};

describe('an agent that misbehaves', { concurrency: 4 }, () => {
  test('does so in every way that is known', () => assert.deepEqual(Object.keys(outcomes).sort(), [...ways].sort()));

  for (const [way, outcome] of Object.entries(outcomes)) {
    test(`with ${way}: ${outcome.stop ? 'is stopped' : outcome.error === undefined ? 'costs nothing' : 'fails the turn'}`, () =>
      misbehave(way, outcome));
  }
});

async function misbehave(way: string, { error, words, kept = [], limits, early = false, stop = false }: Outcome): Promise<void> {
  const mark = `misbehaving-${process.pid}-${way.replaceAll(/\W+/g, '-')}`;
  await withAgents(way, { limits, mark }, async ({ workspace, dir, log }) => {
    const notices: string[] = [];
    workspace.onTurn((_id, _seq, update: TurnUpdate) => {
      if (update.kind === 'notice') notices.push(update.text);
    });
    const bystander = await workspace.create({ backend: 'good' });
    assert.equal((await turn(workspace, bystander.id, 'one')).stop_reason, 'end_turn');

    const { id } = await workspace.create({ backend: 'bad' });
    const [first, beside] = await Promise.all([
      stop ? stopped(workspace, id) : turn(workspace, id, 'go'),
      turn(workspace, bystander.id, 'two'),
    ]);
    assert.equal(beside.stop_reason, 'end_turn', 'another session goes on');

    const row = await workspace.get(id);
    assert.equal(row.running, undefined);
    if (error === undefined) {
      assert.deepEqual(first, { kind: 'ended', stop_reason: stop ? 'cancelled' : 'end_turn' });
      assert.deepEqual([row.status, row.error_message], ['active', undefined]);
    } else {
      assert.deepEqual([first.stop_reason, first.error?.code, first.error?.message], ['error', 'agent_failed', error]);
      assert.equal(row.status, 'error');
      assert.match(row.error_message ?? '', words ?? (early ? /./ : /last words of the agent/));
      assert.ok((row.error_message ?? '').startsWith(String(error)));
      assert.ok((row.error_message ?? '').length < 2000);
    }
    const before = early ? ['user go', 'assistant'] : ['user go', 'assistant before', 'tool Look completed'];
    assertKept(inShort(await workspace.history(id)), early ? before : [...before, ...kept]);
    if (limits?.quiet !== undefined) assert.match(notices.join('\n'), /bad has said nothing for 1 s/);

    // Retry, and then another turn.
    const retried = await turn(workspace, id, 'again');
    assert.deepEqual(retried, { kind: 'ended', stop_reason: 'end_turn' });
    assert.equal((await workspace.get(id)).status, 'active');
    assert.deepEqual(inShort(await workspace.history(id)).slice(-2), ['user again', 'assistant fine: again']);
    assert.equal((await turn(workspace, id, 'and on')).stop_reason, 'end_turn');

    assert.deepEqual(inShort(await workspace.history(bystander.id)), [
      'user one',
      'assistant fine: one',
      'user two',
      'assistant fine: two',
    ]);
    assert.deepEqual(await workspace.doctor(), []);
    assert.deepEqual((await workspace.list()).problems, []);
    assert.ok(log.join('\n').length < 1 << 20, 'the log stays readable');
    assert.ok((await sizeBelow(path.join(dir, '.skein'))) < 20 << 20, 'and the store small');
  });
  // Only /proc tells whose process is whose.
  if (process.platform === 'linux') await until('no process is left', async () => (await processesWith(`SKEIN_TEST=${mark}`)).length === 0);
}

/** A folder with that agent as `bad`, and as `good` one that behaves. */
async function withAgents(
  way: string,
  { limits, mark }: { readonly limits: Partial<Limits> | undefined; readonly mark: string },
  run: (folder: OpenFolder) => Promise<void>,
): Promise<void> {
  await withScratchFolder('ways', async (root) => {
    const agent = (...args: string[]) => ({ command: process.execPath, args: [script, ...args], env: { SKEIN_TEST: mark } });
    const config = { bad: agent(way, path.join(root, 'misbehaved')), good: agent() };
    const env = { PATH: process.env['PATH'], HOME: root };
    await withFolder({ agents: agentCatalog({ env, config, limits, demoPath: 'dist/demoAgent.js' }) }, run);
  });
}

async function stopped(workspace: Workspace, id: string): Promise<Ended> {
  const said = new Promise<void>((resolve) => {
    workspace.onTurn((at, _seq, { kind }) => {
      if (at === id && kind === 'tool') resolve();
    });
  });
  const running = await workspace.startTurn(id, content('go'));
  await said;
  running.cancel();
  return running.done;
}

function assertKept(kept: readonly string[], expected: readonly (string | RegExp)[]): void {
  assert.equal(kept.length, expected.length, kept.join('\n').slice(0, 2000));
  for (const [index, want] of expected.entries()) {
    if (typeof want === 'string') assert.equal(kept[index]?.slice(0, 2000), want);
    else assert.match(kept[index] ?? '', want);
  }
}

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { connectCodex } from '../../src/agents/codex/codexConnection.js';
import type { AgentSession } from '../../src/agents/agent.js';
import type { Limits } from '../../src/agents/agentLimits.js';
import { silentLogger } from '../../src/model/logger.js';
import { choose, runTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

// What no real Codex can be made to do: an app-server of our own, JSON by hand. A test says what it does with a turn.
const server = `
import { createInterface } from 'node:readline';
const send = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const tell = (method, params) => send({ method, params: { threadId: 't1', turnId: 'u1', ...params } });
const say = (delta) => tell('item/agentMessage/delta', { itemId: 'm1', delta });
const end = (status, error) => tell('turn/completed', { turn: { id: 'u1', status, error } });
const asked = new Map();
const ask = (method, params) => new Promise((resolve) => { asked.set('q', resolve); send({ id: 'q', method, params: { threadId: 't1', turnId: 'u1', ...params } }); });
const models = { data: [{ model: 'm', displayName: 'M', supportedReasoningEfforts: [{ reasoningEffort: 'low' }] }] };
const on = {
  initialize: () => ({}),
  'model/list': () => models,
  'thread/start': () => ({ thread: { id: 't1' }, model: 'm' }),
  'turn/start': (params) => { setImmediate(() => turn(params)); return { turn: { id: 'u1' } }; },
  'turn/interrupt': () => { end('interrupted'); return {}; },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === undefined) asked.get(id)?.(result ?? error);
  else if (id !== undefined) send(on[method] ? { id, result: on[method](params) } : { id, error: { code: -32601, message: 'no ' + method } });
}).on('close', () => process.exit(0));
`;

interface SessionOptions {
  readonly limits?: Partial<Limits>;
  /** JavaScript that is run first, and may change what it answers: the table `on`. */
  readonly before?: string;
}

describe('a codex app-server', () => {
  const scratch = makeScratchFolder('codex');
  const open: { dispose: () => Promise<void> }[] = [];
  let count = 0;
  after(async () => {
    for (const connection of open) await connection.dispose();
    scratch.remove();
  });

  /** A session with one that does this with a turn: JavaScript with `params`, `say`, `tell`, `ask`, `end` at hand. */
  async function sessionWith(turn: string, { limits, before = '' }: SessionOptions = {}): Promise<AgentSession> {
    const file = path.join(scratch.folder, `server${++count}.mjs`);
    await writeFile(file, `${server}\nasync function turn(params) {${turn}}\n${before}\n`);
    const connection = await connectCodex({
      command: { name: 'codex', title: 'Codex', command: process.execPath, args: [file], env: {} },
      info: { name: 'codex', title: 'Codex', demo: false, can: [] },
      program: { path: file, file, script: true, version: undefined },
      cwd: scratch.folder,
      logger: silentLogger,
      ...(limits && { limits }),
      node: () => Promise.reject(new Error('not needed')),
    });
    open.push(connection);
    return connection.create({ cwd: scratch.folder });
  }

  test('that dies in a turn ends it with its last words, and keeps what streamed', async () => {
    const session = await sessionWith(`say('half an ans'); setTimeout(() => { console.error('out of luck'); process.exit(3); }, 50);`);
    let said = '';
    await assert.rejects(runTurn(session, 'hello', { onUpdate: (update) => void (said += update.kind === 'text' ? update.delta : '') }), {
      code: 'agent_failed',
      hint: /out of luck/,
    });
    assert.equal(said, 'half an ans');
  });

  test('that talks nonsense beside its answer is still answered by', async () => {
    const session = await sessionWith(`
      process.stdout.write('no JSON at all\\n[1,2]\\n{"id":99,"result":{}}\\n');
      tell('item/agentMessage/delta', { itemId: 7 });
      tell('something/new', { with: 'things' });
      send({ method: 'item/agentMessage/delta', params: { threadId: 'another', turnId: 'u1', itemId: 'x', delta: 'not ours' } });
      say('fine'); end('completed');`);
    assert.equal((await runTurn(session, 'hello')).text, 'fine');
  });

  test('that still tells of the turn before is not taken for this one', async () => {
    const last = (method: string, params: object): string =>
      `send(${JSON.stringify({ method, params: { threadId: 't1', turnId: 'u0', ...params } })});`;
    const before = `
      const start = on['turn/start'];
      on['turn/start'] = (params) => {
        ${last('item/agentMessage/delta', { itemId: 'm0', delta: 'of the last' })}
        ${last('turn/completed', { turnId: undefined, turn: { id: 'u0', status: 'completed' } })}
        return start(params);
      };`;
    const session = await sessionWith(`say('of this turn'); end('completed');`, { before });
    assert.equal((await runTurn(session, 'hello')).text, 'of this turn');
  });

  test('that asks what we have no answer to is told so', async () => {
    const session = await sessionWith(`say((await ask('item/tool/call', {})).message); end('completed');`);
    assert.equal((await runTurn(session, 'hello')).text, 'Skein has no answer to item/tool/call');
  });

  test('that sends what cannot be taken in ends its turn, not us', async () => {
    const session = await sessionWith(`await ask('item/tool/call', {}); say('what is too much'); end('completed');`);
    const onUpdate = (): void => {
      throw new RangeError('too much for us');
    };
    await assert.rejects(runTurn(session, 'hello', { onUpdate }), { code: 'agent_failed', hint: /too much for us/ });
  });

  test('that asks what cannot be answered ends its turn, not us', async () => {
    const session = await sessionWith(`
      const asks = { threadId: 't1', turnId: 'u1', itemId: 'p', reason: 'to nest', permissions: '?' };
      const deep = '['.repeat(100000) + ']'.repeat(100000);
      const question = JSON.stringify({ id: 'q', method: 'item/permissions/requestApproval', params: asks });
      process.stdout.write(question.replace('"?"', deep) + '\\n');`);
    const permit = choose('allow_once');
    await assert.rejects(runTurn(session, 'hello', { permit }), { code: 'agent_failed', hint: /call stack/ });
  });

  test('that never stops saying words is ended, in its turn and before it', async () => {
    const endless = `for (let n = 0; n < 40; n += 1) say('x'.repeat(1 << 20));`;
    const before = `on['turn/start'] = () => { ${endless} };`;
    for (const session of [await sessionWith(endless), await sessionWith('', { before })]) {
      await assert.rejects(runTurn(session, 'hello'), { code: 'agent_failed', hint: /more words in a turn than any model says/ });
    }
  });

  test('that asks for more rights gets those it asked for, or none', async () => {
    const permissions = { network: { enabled: true }, fileSystem: null };
    const question = JSON.stringify({ itemId: 'p', reason: 'to fetch', permissions });
    const session = await sessionWith(`say(JSON.stringify(await ask('item/permissions/requestApproval', ${question}))); end('completed');`);
    const granted = await runTurn(session, 'hello', { permit: choose('allow_session') });
    assert.deepEqual(JSON.parse(granted.text), { permissions, scope: 'session' });
    assert.deepEqual(
      granted.asked.map(({ title }) => title),
      ['to fetch'],
    );
    const refused = await runTurn(session, 'hello', { permit: choose('reject_once') });
    assert.deepEqual(JSON.parse(refused.text), { permissions: {}, scope: 'turn' });
  });

  test('that asks for an MCP server is answered where a yes is enough', async () => {
    const form = (required: readonly string[]): string =>
      JSON.stringify({ message: 'Allow send?', mode: 'form', requestedSchema: { type: 'object', properties: {}, required } });
    const session = await sessionWith(`
      const form = params.input[0].text === 'yes' ? ${form([])} : ${form(['name'])};
      say(JSON.stringify(await ask('mcpServer/elicitation/request', form))); end('completed');`);
    const permit = choose('allow_once');
    const { text, asked } = await runTurn(session, 'yes', { permit });
    assert.deepEqual([JSON.parse(text), asked[0]?.title], [{ action: 'accept', content: {}, _meta: null }, 'Allow send?']);
    assert.equal((JSON.parse((await runTurn(session, 'name it', { permit })).text) as { action: string }).action, 'cancel');
  });

  test('that does not stop is killed, and its turn is cancelled all the same', async () => {
    const session = await sessionWith(`on['turn/interrupt'] = () => ({}); say('on and on');`, { limits: { cancel: 100 } });
    const cancel = new AbortController();
    const { result } = await runTurn(session, 'hello', { signal: cancel.signal, onUpdate: () => cancel.abort() });
    assert.equal(result.stop_reason, 'cancelled');
  });

  test('that says nothing is told of, then ended', async () => {
    const session = await sessionWith('', { limits: { quiet: 50, mute: 300 } });
    const notices: string[] = [];
    await assert.rejects(
      runTurn(session, 'hello', {
        onUpdate: (update) => {
          if (update.kind === 'notice') notices.push(update.text);
        },
      }),
      { code: 'agent_failed', message: /said nothing for 0.3 s/ },
    );
    assert.match(notices[0] ?? '', /^Codex has said nothing for 0.05 s/);
  });

  test('tells plans, web searches, retries and a model that it was sent to instead', async () => {
    const session = await sessionWith(`
      tell('turn/plan/updated', { plan: [{ step: 'look', status: 'completed' }, { step: 'leap', status: 'inProgress' }] });
      tell('item/completed', { item: { type: 'webSearch', id: 'w', query: 'herons' } });
      tell('error', { error: { message: 'Reconnecting 1/5' }, willRetry: true });
      tell('model/rerouted', { fromModel: 'm', toModel: 'n' });
      tell('item/completed', { item: { type: 'agentMessage', id: 'm1', text: 'all of it at once' } });
      end('completed');`);
    const { updates, calls, text, result } = await runTurn(session, 'hello');
    const plan = updates.find((update) => update.kind === 'plan');
    assert.deepEqual(
      plan?.steps.map(({ text: step, status }) => [step, status]),
      [
        ['look', 'done'],
        ['leap', 'doing'],
      ],
    );
    assert.deepEqual(
      calls.map(({ kind, title, status }) => [kind, title, status]),
      [['fetch', 'herons', 'completed']],
    );
    assert.ok(updates.some((update) => update.kind === 'notice' && update.text === 'Reconnecting 1/5'));
    assert.deepEqual([text, result.model], ['all of it at once', 'n']);
  });

  test('is told how much to think, as far as its model offers that', async () => {
    const session = await sessionWith(
      `say(JSON.stringify([params.effort ?? null, params.approvalPolicy, params.sandboxPolicy.type])); end('completed');`,
    );
    assert.equal((await runTurn(session, 'hello')).text, '[null,"on-request","readOnly"]');
    assert.deepEqual(session.levels, ['low']);
    await session.setThinking?.('low');
    await session.setMode('auto');
    assert.equal((await runTurn(session, 'hello')).text, '["low","on-request","workspaceWrite"]');
    await assert.rejects(session.setThinking?.('high') ?? Promise.resolve(), { code: 'unsupported', hint: 'it offers low' });
  });
});

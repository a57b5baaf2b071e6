import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAcp } from '../../src/agents/acpConnection.js';
import { silentLogger, type Logger } from '../../src/model/logger.js';
import { failureOf, fakeAgentsForFile, onPrompt } from '../support/fakeAgent.js';
import { processesWith } from '../support/processesWith.js';
import { runTurn } from '../support/runTurn.js';

describe('an ACP connection', () => {
  const agents = fakeAgentsForFile();

  describe('at the start', () => {
    test('an agent that dies is told with its exit status and last words', async () => {
      const error = await failureOf(agents.connect(`console.error('no license found'); process.exit(4);`));
      assert.deepEqual(
        [error.code, error.message, error.hint],
        ['agent_failed', 'Fake ended unexpectedly (exit 4)', 'its last words: no license found'],
      );
    });

    test('an agent that says nothing is given up and killed, with what it started', async () => {
      const marker = `SKEIN_TEST=silent-${process.pid}`;
      const script = `
        import { spawn } from 'node:child_process';
        spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
        console.error('waiting for the network');
        on.initialize = () => {};
        process.on('SIGTERM', () => {});`;
      const [name = '', value = ''] = marker.split('=');
      const error = await failureOf(agents.connect(script, { limits: { start: 400 }, env: { [name]: value } }));
      assert.deepEqual([error.code, error.message], ['agent_failed', 'Fake did not answer initialize within 0.4 s']);
      assert.match(error.hint ?? '', /waiting for the network/);
      if (process.platform === 'linux') while ((await processesWith(marker)).length > 0) await delay(10);
    });

    test('an agent that refuses the MCP servers that it is given gets its session without them', async () => {
      const refusal = 'bridge mode does not support per-session MCP servers';
      const connection = await agents.connect(`
        on['session/new'] = ({ mcpServers }, id) =>
          mcpServers.length > 0
            ? send({ id, error: { code: -32603, message: 'Internal error', data: { details: '${refusal}' } } })
            : reply(id, { sessionId: 's1' });`);
      const mcp = [{ name: 'skein', command: 'skein', args: ['mcp'], env: {} }];
      const session = await connection.create({ cwd: agents.cwd, mcp });
      assert.equal((await runTurn(session, 'hello')).text, 'fine');
    });

    test('a program that is not there is told by its name', async () => {
      const command = { name: 'gone', title: 'Gone', command: '/no/such/agent', args: [], env: {} };
      const error = await failureOf(
        connectAcp({ command, info: { name: 'gone', title: 'Gone', demo: false, can: [] }, cwd: agents.cwd, logger: silentLogger }),
      );
      assert.deepEqual([error.code, error.message], ['agent_failed', 'Gone could not be started']);
      assert.match(error.hint ?? '', /\/no\/such\/agent ENOENT/);
    });

    const nonsense: readonly (readonly [what: string, script: string, message: RegExp])[] = [
      ['an answer of the wrong shape', `on.initialize = (params, id) => reply(id, { hello: 'world' });`, /something that is no answer/],
      ['another version of the protocol', `on.initialize = (params, id) => reply(id, { protocolVersion: 9 });`, /too old or too new/],
      ['an error', `on.initialize = (params, id) => send({ id, error: { code: -32000, message: 'Log in first' } });`, /is not signed in/],
      ['something that speaks another language', `console.log('Usage: fake [options]'); process.exit(0);`, /ended unexpectedly \(exit 0\)/],
    ];
    for (const [what, script, message] of nonsense) {
      test(`refuses ${what}`, async () => assert.match((await failureOf(agents.connect(script))).message, message));
    }

    test('what is no message goes to the last words', async () => {
      const error = await failureOf(agents.connect(`console.log('Usage: fake [options]'); process.exit(0);`));
      assert.match(error.hint ?? '', /Usage: fake \[options\]/);
    });

    test('an agent that greets on stdout first is forgiven', async () => {
      const session = await agents.start(`console.log('Welcome'); console.log('[1, 2]'); console.log('{"a": 1}'); console.log('null');`);
      assert.equal((await runTurn(session, 'x')).text, 'fine');
    });
  });

  describe('in a turn', () => {
    test('an agent that exits fails the turn; what streamed stays, and its open calls have failed', async () => {
      const session = await agents.start(
        onPrompt(`say('half of'); update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Look', status: 'in_progress' });
        console.error('out of memory'); process.stdout.write('{"jsonrpc": "2.0", "met', () => process.exit(9));`),
      );
      const seen: unknown[] = [];
      const error = await failureOf(
        runTurn(session, 'x', { onUpdate: (update) => seen.push(update.kind === 'tool' ? update.call.status : update.kind) }),
      );
      assert.equal(error.message, 'Fake ended unexpectedly (exit 9)');
      assert.match(error.hint ?? '', /out of memory/);
      assert.deepEqual(seen, ['text', 'running', 'failed']);
      assert.equal((await agents.open[0]!.closed).code, 9);
      assert.equal((await failureOf(runTurn(session, 'again'))).code, 'agent_failed');
    });

    test('an agent that closes its stdout and lives on is ended', async () => {
      const session = await agents.start(onPrompt(`process.stdout.end(); setInterval(() => {}, 1000);`));
      assert.match((await failureOf(runTurn(session, 'x'))).message, /^Fake ended unexpectedly/);
    });

    test('unknown and broken updates, and answers to nothing, cost nothing and print nothing', async (context) => {
      const printed = context.mock.method(console, 'error', () => undefined);
      const session = await agents.start(
        onPrompt(`
        say('a');
        update({ sessionUpdate: 'hologram', shape: 'cube' });
        update({ sessionUpdate: 'agent_message_chunk', content: 7 });
        update({ sessionUpdate: 'plan', entries: 'none' });
        send({ method: 'session/update', params: null });
        send({ method: 'session/update', params: { sessionId: 'other', update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'not mine' } } } });
        send({ method: '_vendor/thing', params: {} });
        send({ id: 4711, result: {} });
        send({ id: null, error: { code: -32700, message: 'what?' } });
        console.log('{"jsonrpc": "2.0", broken');
        say('b');
        reply(id, { stopReason: 'tired' });`),
      );
      const { text, result } = await runTurn(session, 'x');
      assert.equal(text, 'ab');
      assert.equal(result.stop_reason, 'end_turn');
      assert.equal(printed.mock.callCount(), 0);
    });

    test('characters that arrive in parts are whole', async () => {
      const session = await agents.start(
        onPrompt(`
        const line = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: 's1',
          update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'Grüße 🐝' } } } }) + '\\n');
        for (const byte of line) { process.stdout.write(Buffer.from([byte])); await new Promise(setImmediate); }
        reply(id, { stopReason: 'end_turn' });`),
      );
      assert.equal((await runTurn(session, 'x')).text, 'Grüße 🐝');
    });

    test('tool calls are put together from what changed, also one that was never announced', async () => {
      const session = await agents.start(
        onPrompt(`
        update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Edit a.go', kind: 'edit', status: 'pending', rawInput: { path: 'a.go' }, locations: [{ path: '/p/a.go', line: 3 }] });
        update({ sessionUpdate: 'tool_call_update', toolCallId: 't', status: 'in_progress' });
        update({ sessionUpdate: 'tool_call_update', toolCallId: 't', status: 'completed', content: [
          { type: 'content', content: { type: 'text', text: 'done' } }, { type: 'diff', path: '/p/a.go', oldText: 'a', newText: 'b' }, { type: 'terminal', terminalId: '1' }] });
        update({ sessionUpdate: 'tool_call_update', toolCallId: 'u', title: 'Unannounced', status: 'completed', kind: 'switch_mode', rawOutput: 'out' });
        reply(id, { stopReason: 'max_tokens', usage: { inputTokens: 10, outputTokens: 5, totalTokens: 115, cachedReadTokens: 100, thoughtTokens: 2 } });`),
      );
      const { calls, result } = await runTurn(session, 'x');
      assert.deepEqual(calls, [
        {
          id: 't',
          kind: 'edit',
          title: 'Edit a.go',
          status: 'completed',
          input: { path: 'a.go' },
          output: 'done',
          diff: [{ path: '/p/a.go', old_text: 'a', new_text: 'b' }],
          locations: [{ path: '/p/a.go', line: 3 }],
        },
        { id: 'u', kind: 'other', title: 'Unannounced', status: 'completed', output: 'out' },
      ]);
      assert.deepEqual(result, {
        stop_reason: 'max_tokens',
        usage: { input: 110, output: 5, cached: 100, reasoning: 2, total: 115, cost_usd: null },
        model: undefined,
      });
    });

    test('an update that cannot be taken in ends the turn, not us', async () => {
      const session = await agents.start(onPrompt(`say('what is too much'); reply(id, { stopReason: 'end_turn' });`));
      const onUpdate = (): void => {
        throw new RangeError('too much for us');
      };
      const { code, hint } = await failureOf(runTurn(session, 'hello', { onUpdate }));
      assert.equal(code, 'agent_failed');
      assert.match(hint ?? '', /too much for us/);
    });

    test('a title that comes after the turn is told with the next one', async () => {
      const session = await agents.start(
        `let turns = 0;\n${onPrompt(`
        reply(id, { stopReason: 'end_turn' });
        if (++turns === 2) update({ sessionUpdate: 'session_info_update', title: 'Late' });`)}`,
      );
      const titles: string[][] = [];
      for (const turn of ['one', 'two', 'three', 'four']) {
        const { updates } = await runTurn(session, turn);
        titles.push(updates.flatMap((update) => (update.kind === 'title' ? [update.title] : [])));
        await delay(30);
      }
      assert.deepEqual(titles.flat(), ['Late']);
    });

    test('a second turn is refused while one runs', async () => {
      const session = await agents.start(onPrompt(`await sleep(200); reply(id, { stopReason: 'end_turn' });`));
      const first = runTurn(session, 'one');
      assert.equal((await failureOf(runTurn(session, 'two'))).code, 'busy');
      assert.equal((await first).result.stop_reason, 'end_turn');
    });
  });

  describe('the log', () => {
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const logger: Logger = { trace: note, debug: note, info: note, warn: note, error: note };

    test('holds stderr line by line under the name of the agent, a flood cut short, and no secret', async () => {
      const script = onPrompt(`
        console.error('the key is ' + process.env.FAKE_API_KEY);
        for (let line = 0; line < 50_000; line++) console.error('flood ' + line + ' ' + 'x'.repeat(50));
        console.error('drowned with ' + process.env.FAKE_API_KEY);
        process.stderr.write('', () => process.exit(1));`);
      const session = await agents.start(script, { logger, env: { FAKE_API_KEY: 'sk-very-secret' } });
      const error = await failureOf(runTurn(session, 'x'));
      assert.ok(lines.includes('fake: the key is ***'));
      assert.ok(lines.length < 5000, `${lines.length} lines`);
      assert.match(error.hint ?? '', /drowned with \*\*\*$/);
      assert.ok((error.hint?.length ?? 0) < 1500);
      assert.doesNotMatch(JSON.stringify([lines, error.hint]), /very-secret/);
    });
  });

  // Only /proc tells whose process is whose.
  if (process.platform === 'linux') {
    for (const [how, end] of [
      ['exits', `process.exit(0)`],
      ['is killed', `process.kill(process.pid, 'SIGKILL')`],
    ] as const) {
      test(`no agent outlives a program that ${how} in the middle of a turn`, async () => {
        const marker = `orphan-${how.replace(' ', '-')}-${process.pid}`;
        const parent = `
          import { connectFakeAgent } from ${JSON.stringify(import.meta.resolve('../support/fakeAgent.ts'))};
          import { runTurn } from ${JSON.stringify(import.meta.resolve('../support/runTurn.ts'))};
          const connection = await connectFakeAgent({ folder: process.cwd(), script: ${JSON.stringify(onPrompt(`say('working');`))}, env: { SKEIN_TEST: '${marker}' } });
          const session = await connection.create({ cwd: process.cwd() });
          await runTurn(session, 'x', { onUpdate: () => { ${end} } });`;
        const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', parent], {
          cwd: agents.cwd,
          stdio: 'inherit',
        });
        await once(child, 'exit');
        while ((await processesWith(`SKEIN_TEST=${marker}`)).length > 0) await delay(10);
      });
    }
  }
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { connectClaude } from '../../src/agents/claude/claudeConnection.js';
import type { AgentSession, AgentUpdate } from '../../src/agents/agent.js';
import { silentLogger } from '../../src/model/logger.js';
import { choose, runTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

// What no real Claude Code can be made to do: a program of our own that speaks its lines. A test says what it does with a turn.
const program = `
import { createInterface } from 'node:readline';
const send = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const event = (event) => send({ type: 'stream_event', parent_tool_use_id: null, event });
const begin = () => event({ type: 'message_start', message: { id: 'm1', model: 'claude-x' } });
const say = (text) => event({ type: 'content_block_delta', delta: { type: 'text_delta', text } });
const end = () => send({ type: 'result', subtype: 'success', is_error: false, result: '' });
createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, request_id } = JSON.parse(line);
  if (type === 'user') void turn();
  if (type === 'control_request') send({ type: 'control_response', response: { subtype: 'success', request_id, response: { models: [] } } });
}).on('close', () => process.exit(0));
`;

describe('a claude in its stream-json mode', () => {
  const scratch = makeScratchFolder('claude');
  const open: { dispose: () => Promise<void> }[] = [];
  let count = 0;
  after(async () => {
    for (const connection of open) await connection.dispose();
    scratch.remove();
  });

  /** A session with one that does this with a turn: JavaScript with `begin`, `say`, `send`, `end` at hand. */
  async function sessionWith(turn: string): Promise<AgentSession> {
    const file = path.join(scratch.folder, `claude${++count}.mjs`);
    await writeFile(file, `${program}\nasync function turn() {${turn}}\n`);
    const connection = await connectClaude({
      command: { name: 'claude', title: 'Claude', command: process.execPath, args: [file], env: {} },
      info: { name: 'claude', title: 'Claude', demo: false, can: [] },
      program: { path: file, file, script: true, version: undefined },
      cwd: scratch.folder,
      logger: silentLogger,
      node: () => Promise.reject(new Error('not needed')),
    });
    open.push(connection);
    return connection.create({ cwd: scratch.folder });
  }

  test('answers', async () => {
    assert.equal((await runTurn(await sessionWith(`begin(); say('fine'); end();`), 'hello')).text, 'fine');
  });

  test('that sends what cannot be taken in ends its turn, not us', async () => {
    const session = await sessionWith(`begin(); say('what is too much'); end();`);
    const onUpdate = (): void => {
      throw new RangeError('too much for us');
    };
    await assert.rejects(runTurn(session, 'hello', { onUpdate }), { code: 'agent_failed', hint: /too much for us/ });
  });

  test('that never stops saying words is ended', async () => {
    const session = await sessionWith(`begin(); for (let n = 0; n < 40; n += 1) say('x'.repeat(1 << 20));`);
    let said = 0;
    const onUpdate = (update: AgentUpdate): void => void (said += update.kind === 'text' ? update.delta.length : 0);
    await assert.rejects(runTurn(session, 'hello', { onUpdate }), {
      code: 'agent_failed',
      hint: /more words in a turn than any model says/,
    });
    assert.equal(said, 16 << 20);
  });

  test('that asks what cannot be answered ends its turn, not us', async () => {
    const session = await sessionWith(`
      const question = { subtype: 'can_use_tool', tool_name: 'Nest', tool_use_id: 'n', input: { deep: '?' } };
      const deep = '['.repeat(100000) + ']'.repeat(100000);
      process.stdout.write(JSON.stringify({ type: 'control_request', request_id: 'q', request: question }).replace('"?"', deep) + '\\n');`);
    const permit = choose('allow_once');
    await assert.rejects(runTurn(session, 'hello', { permit }), { code: 'agent_failed', hint: /call stack/ });
  });
});

import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, afterEach } from 'node:test';
import { connectAcp } from '../../src/agents/acpConnection.js';
import type { Limits } from '../../src/agents/agentLimits.js';
import type { AgentConnection, AgentSession } from '../../src/agents/agent.js';
import { SessionError } from '../../src/model/errors.js';
import { silentLogger, type Logger } from '../../src/model/logger.js';
import { makeScratchFolder } from './scratchFolder.js';

// What every fake agent begins with: JSON-RPC by hand, so that a fake can also get it wrong.
const prelude = `
import { createInterface } from 'node:readline';
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const reply = (id, result) => send({ id, result });
const update = (change) => send({ method: 'session/update', params: { sessionId: 's1', update: change } });
const say = (text) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let asked = 0;
const waiting = new Map();
const request = (method, params) => new Promise((resolve) => { send({ id: 'q' + ++asked, method, params }); waiting.set('q' + asked, resolve); });
const received = [];
const on = {
  initialize: (params, id) => reply(id, { protocolVersion: 1, agentCapabilities: {} }),
  'session/new': (params, id) => reply(id, { sessionId: 's1' }),
  'session/prompt': (params, id) => { say('fine'); reply(id, { stopReason: 'end_turn' }); },
};
`;
const loop = `
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (method === undefined) { waiting.get(id)?.(result); return; }
  received.push(method);
  if (on[method]) on[method](params, id);
  else if (id !== undefined) send({ id, error: { code: -32601, message: 'no ' + method } });
}).on('close', () => process.exit(0));
`;

export interface FakeAgentOptions {
  /** A scratch folder, for the script and to run in. */
  readonly folder: string;
  /**
   * JavaScript that changes the table `on` (method → handler of params and id) or does something at the start. At hand are
   * `send`, `reply`, `update`, `say`, `request`, `sleep`, `received`.
   */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  readonly logger?: Logger;
  readonly mayLoad?: boolean;
}

let count = 0;

/** Writes the program of a fake agent into a folder, and gives its path. */
export function writeFakeAgent(folder: string, script: string): string {
  count += 1;
  const file = path.join(folder, `fake-agent-${count}.mjs`);
  writeFileSync(file, prelude + script + loop);
  return file;
}

/** Starts a small ACP agent of the test's own making, by default one that answers “fine”. */
export function connectFakeAgent({
  folder,
  script,
  env = {},
  limits,
  logger = silentLogger,
  mayLoad,
}: FakeAgentOptions): Promise<AgentConnection> {
  const file = writeFakeAgent(folder, script);
  return connectAcp({
    command: { name: 'fake', title: 'Fake', command: process.execPath, args: [file], env: { PATH: process.env['PATH'] ?? '', ...env } },
    info: { name: 'fake', title: 'Fake', demo: false, can: ['permissions'] },
    cwd: folder,
    logger,
    limits,
    mayLoad,
  });
}

export interface FakeAgents {
  /** A scratch folder. */
  readonly cwd: string;
  connect(script: string, more?: Partial<FakeAgentOptions>): Promise<AgentConnection>;
  /** The same, and a session of it. */
  start(script: string, more?: Partial<FakeAgentOptions>): Promise<AgentSession>;
  /** The connections of the test that runs, oldest first. */
  readonly open: readonly AgentConnection[];
}

/** Fake agents for the tests of a file: each is disposed of after its test, and the scratch folder at the end. */
export function fakeAgentsForFile(): FakeAgents {
  const scratch = makeScratchFolder('acp');
  const cwd = scratch.folder;
  const open: AgentConnection[] = [];
  const connect: FakeAgents['connect'] = async (script, more = {}) => {
    const connection = await connectFakeAgent({ folder: cwd, script, ...more });
    open.push(connection);
    return connection;
  };
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.dispose();
  });
  after(() => scratch.remove());
  return { cwd, open, connect, start: async (script, more) => (await connect(script, more)).create({ cwd }) };
}

/** A script that runs `body` at each prompt, with its `params` and `id`. */
export function onPrompt(body: string): string {
  return `on['session/prompt'] = async (params, id) => { ${body} };\n`;
}

/** The SessionError that a promise rejects with; any other outcome throws. */
export async function failureOf(promise: Promise<unknown>): Promise<SessionError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SessionError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

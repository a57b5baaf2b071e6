import * as acp from '@agentclientprotocol/sdk/unstable';
import { Readable, Writable } from 'node:stream';
import { replayedPrompts } from '../model/replayText.js';
import { textStart } from '../model/textStart.js';
import { demoCommands } from './demoScript.js';
import { demoHome, DemoSessions, type DemoSession } from './demoSessions.js';
import { DemoTurn } from './demoTurn.js';

// The built-in demo: an ACP agent in a process of its own, as real agents are. It needs no key and no network.

// Set by a host that is Electron, to run this as Node; what we start must not inherit it.
delete process.env['ELECTRON_RUN_AS_NODE'];

interface OpenSession {
  readonly memory: DemoSession;
  readonly cwd: string;
  mode: string;
  model: string;
  effort: string;
  allowedAlways: boolean;
  turn: AbortController | undefined;
}

const modes = { ask: 'Ask', accept_edits: 'Accept edits', plan: 'Plan', auto: 'Auto' };
const efforts = { off: 'Off', low: 'Low', high: 'High' };
const models = { demo: 'Demo', 'demo-terse': 'Demo, terse' };
const store = new DemoSessions(demoHome(process.env));
const open = new Map<string, OpenSession>();

function stateOf(session: OpenSession): { modes: acp.SessionModeState; configOptions: acp.SessionConfigOption[] } {
  return {
    modes: { currentModeId: session.mode, availableModes: Object.entries(modes).map(([id, name]) => ({ id, name })) },
    configOptions: [
      {
        id: 'model',
        name: 'Model',
        category: 'model',
        type: 'select',
        currentValue: session.model,
        options: Object.entries(models).map(([value, name]) => ({ value, name })),
      },
      {
        id: 'effort',
        name: 'Thinking',
        category: 'thought_level',
        type: 'select',
        currentValue: session.effort,
        options: Object.entries(efforts).map(([value, name]) => ({ value, name })),
      },
    ],
  };
}

function start(memory: DemoSession, cwd: string, client: acp.AgentContext): OpenSession {
  const session: OpenSession = { memory, cwd, mode: 'ask', model: 'demo', effort: 'off', allowedAlways: false, turn: undefined };
  open.set(memory.id, session);
  const availableCommands = demoCommands.map(({ name, hint, description }) => ({ name, description, ...(hint && { input: { hint } }) }));
  // After the answer that names the session: before it nobody knows the id.
  setImmediate(
    () =>
      void client.notify('session/update', {
        sessionId: memory.id,
        update: { sessionUpdate: 'available_commands_update', availableCommands },
      }),
  );
  return session;
}

async function stored(id: string): Promise<DemoSession> {
  const memory = await store.read(id);
  if (!memory) throw acp.RequestError.sessionNotFound(id);
  return memory;
}

function opened(id: string): OpenSession {
  const session = open.get(id);
  if (!session) throw acp.RequestError.sessionNotFound(id);
  return session;
}

async function prompt(params: acp.PromptRequest, client: acp.AgentContext): Promise<acp.PromptResponse> {
  const session = opened(params.sessionId);
  if (session.turn) throw acp.RequestError.invalidRequest(undefined, 'a turn is running');
  const { memory, cwd, mode } = session;
  // What was said elsewhere is remembered; what it ordered was done there.
  const [first, ...rest] = params.prompt;
  const replayed = first?.type === 'text' ? replayedPrompts(first.text) : undefined;
  for (const before of replayed ?? []) memory.turns.push({ prompt: before, answer: '' });
  const text = wordsOf(replayed ? rest : params.prompt);
  const controller = new AbortController();
  session.turn = controller;
  const { sessionId } = params;
  const turn = new DemoTurn({
    prompt: text,
    earlier: memory.turns.map((before) => before.prompt),
    cwd,
    mode: session.allowedAlways && mode === 'ask' ? 'accept_edits' : mode,
    terse: session.model === 'demo-terse',
    thinks: session.effort !== 'off',
    signal: controller.signal,
    update: (update) => client.notify('session/update', { sessionId, update }),
    ask: (toolCall, options) => client.request('session/request_permission', { sessionId, toolCall, options }),
    fail: (message) => {
      throw acp.RequestError.internalError({ details: message });
    },
  });
  try {
    if (memory.title === '') {
      memory.title = titleOf(text);
      await client.notify('session/update', { sessionId, update: { sessionUpdate: 'session_info_update', title: memory.title } });
    }
    const stopReason = await outcome(turn, controller.signal);
    return { stopReason, usage: await usage(session, text, turn.answer, client) };
  } finally {
    session.turn = undefined;
    session.allowedAlways ||= turn.allowedAlways;
    memory.turns.push({ prompt: text, answer: turn.answer });
    await store.write(memory);
  }
}

async function outcome(turn: DemoTurn, signal: AbortSignal): Promise<acp.StopReason> {
  try {
    await turn.run();
    return 'end_turn';
  } catch (error) {
    if (signal.aborted) return 'cancelled';
    throw error;
  }
}

/** Tokens as a quarter of the characters. What a turn costs nobody knows, so no cost is told. */
async function usage({ memory }: OpenSession, text: string, answer: string, client: acp.AgentContext): Promise<acp.Usage> {
  const before = memory.turns.reduce((sum, turn) => sum + turn.prompt.length + turn.answer.length, 0);
  const inputTokens = Math.ceil((before + text.length) / 4);
  const outputTokens = Math.ceil(answer.length / 4);
  const totalTokens = inputTokens + outputTokens;
  await client.notify('session/update', {
    sessionId: memory.id,
    update: { sessionUpdate: 'usage_update', used: totalTokens, size: 200_000 },
  });
  return { inputTokens, outputTokens, totalTokens };
}

/** The person's own words. What goes along with them is not read: there is nobody to understand it. */
function wordsOf(blocks: readonly acp.ContentBlock[]): string {
  return blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');
}

function titleOf(text: string): string {
  const line =
    text
      .trim()
      .split('\n')[0]
      ?.replaceAll(/\s+/g, ' ')
      .replace(/[.?!]+$/, '') ?? '';
  if (line === '') return 'Demo';
  return line.length > 60 ? `${textStart(line, 60).replace(/\s+\S*$/, '')}…` : line;
}

async function replay(session: DemoSession, client: acp.AgentContext): Promise<void> {
  for (const { prompt: asked, answer } of session.turns) {
    const update = (sessionUpdate: 'user_message_chunk' | 'agent_message_chunk', text: string): Promise<void> =>
      client.notify('session/update', { sessionId: session.id, update: { sessionUpdate, content: { type: 'text', text } } });
    await update('user_message_chunk', asked);
    await update('agent_message_chunk', answer);
  }
}

const app = acp
  .agent({ name: 'skein-demo' })
  .onRequest('initialize', () => ({
    protocolVersion: acp.PROTOCOL_VERSION,
    agentInfo: { name: 'skein-demo', title: 'Demo', version: '1' },
    agentCapabilities: {
      loadSession: true,
      promptCapabilities: { embeddedContext: true },
      sessionCapabilities: { resume: {}, fork: {}, close: {} },
    },
  }))
  .onRequest('session/new', async ({ params, client }) => {
    const memory = store.create();
    await store.write(memory);
    return { sessionId: memory.id, ...stateOf(start(memory, params.cwd, client)) };
  })
  .onRequest('session/resume', async ({ params, client }) => stateOf(start(await stored(params.sessionId), params.cwd, client)))
  .onRequest('session/load', async ({ params, client }) => {
    const memory = await stored(params.sessionId);
    await replay(memory, client);
    return stateOf(start(memory, params.cwd, client));
  })
  .onRequest('session/fork', async ({ params, client }) => {
    const memory = store.create(await stored(params.sessionId));
    await store.write(memory);
    return { sessionId: memory.id, ...stateOf(start(memory, params.cwd, client)) };
  })
  .onRequest('session/close', ({ params }) => {
    open.get(params.sessionId)?.turn?.abort();
    open.delete(params.sessionId);
    return {};
  })
  .onRequest('session/set_mode', ({ params }) => {
    if (!Object.hasOwn(modes, params.modeId)) throw acp.RequestError.invalidParams(undefined, `no mode ${params.modeId}`);
    opened(params.sessionId).mode = params.modeId;
    return {};
  })
  .onRequest('session/set_config_option', ({ params }) => {
    const session = opened(params.sessionId);
    const { configId, value } = params;
    if (configId === 'model' && typeof value === 'string' && Object.hasOwn(models, value)) session.model = value;
    else if (configId === 'effort' && typeof value === 'string' && Object.hasOwn(efforts, value)) session.effort = value;
    else throw acp.RequestError.invalidParams(undefined, `no ${configId} ${String(value)}`);
    return { configOptions: stateOf(session).configOptions };
  })
  .onRequest('session/prompt', ({ params, client }) => prompt(params, client))
  .onNotification('session/cancel', ({ params }) => open.get(params.sessionId)?.turn?.abort());

const connection = app.connect(acp.ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
// Whoever started us has gone, or has closed our stdin to end us.
void connection.closed.then(() => process.exit(0));

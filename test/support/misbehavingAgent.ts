/**
 * An ACP agent that misbehaves in one way: `node misbehavingAgent.ts <way> <file>`. It does so once: the file, which it makes, keeps
 * the next process of that name, and its own later turns, well-behaved. Its good turns answer `fine` and the prompt's last line.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

type Params = Readonly<Record<string, unknown>>;
type Id = number | string;

const [way = '', marker = ''] = process.argv.slice(2);
const session = 's1';
const open = new Map<unknown, (answer: unknown) => void>();
let asked = 0;
let stays = false;

const raw = (text: string | Uint8Array): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()));
const send = (message: object): Promise<void> => raw(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const reply = (id: Id, result: unknown): Promise<void> => send({ id, result });
const update = (change: unknown, sessionId: unknown = session): Promise<void> =>
  send({ method: 'session/update', params: { sessionId, update: change } });
const chunk = (text: unknown): object => ({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const say = (text: string): Promise<void> => update(chunk(text));
const tool = (change: object): Promise<void> => update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Look', ...change });
const toolUpdate = (change: object): Promise<void> => update({ sessionUpdate: 'tool_call_update', toolCallId: 't', ...change });
const end = (id: Id): Promise<void> => reply(id, { stopReason: 'end_turn' });
const ask = (params: object): Promise<unknown> => {
  asked += 1;
  const id = `q${asked}`;
  void send({ id, method: 'session/request_permission', params: { sessionId: session, ...params } });
  return new Promise((resolve) => open.set(id, resolve));
};
const log = (text: string): Promise<void> => new Promise((resolve) => process.stderr.write(`${text}\n`, () => resolve()));
const forEver = (): Promise<void> => new Promise(() => setInterval(() => undefined, 1000));
const dieBy = async (signal: NodeJS.Signals): Promise<void> => {
  process.kill(process.pid, signal);
  await forEver();
};
/** Writes the same text until so many bytes are out. */
const flood = async (stream: NodeJS.WriteStream, text: string, bytes: number): Promise<void> => {
  const block = text.repeat(Math.ceil(65_536 / text.length));
  for (let out = 0; out < bytes; out += block.length) await new Promise<void>((resolve) => stream.write(block, () => resolve()));
};
/** Takes nothing more; at the end of its stdin a good agent would exit. */
const closeStdin = (): void => {
  stays = true;
  closeSync(0);
};
/** Bytes of what is too much. */
const big = (Number(process.env['MISBEHAVING_MB']) || 50) << 20;
const options = [{ optionId: 'y', name: 'Yes', kind: 'allow_once' }];

/** What each way does with the prompt, after it said `before ` and looked at something. */
const turns: Readonly<Record<string, (id: Id) => Promise<void>>> = {
  'half a line, then silence': () => raw('{"jsonrpc":"2.0","method":"session/upd').then(forEver),
  'half a line, then exit': () => raw('{"jsonrpc":"2.0","method":"session/upd').then(() => process.exit(3)),
  'an answer with a wrong id': (id) => reply(`not-${id}`, { stopReason: 'end_turn' }),
  'an answer without an id': () => send({ result: { stopReason: 'end_turn' } }),
  'an answer given twice': async (id) => {
    await end(id);
    await reply(id, { stopReason: 'refusal' });
  },
  'an answer that is none': (id) => reply(id, 'done'),
  'an answer before what it says': async (id) => {
    await end(id);
    await delay(100);
    await say('late ');
    await say('words');
  },
  'a line of 50 MB': async (id) => {
    await say('x'.repeat(50 << 20));
    await end(id);
  },
  'a line without an end': () => flood(process.stdout, 'x', Infinity),
  'a tool that is given 20 MB': async (id) => {
    await tool({ toolCallId: 'u', rawInput: { text: 'x'.repeat(20 << 20) }, rawOutput: 'y'.repeat(1 << 20), status: 'completed' });
    await end(id);
  },
  'an input nested 100,000 deep': async (id) => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const change = `{"sessionUpdate":"tool_call","toolCallId":"u","title":"Nest","status":"completed","rawInput":${nested}}`;
    await raw(`{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"${session}","update":${change}}}\n`);
    await end(id);
  },
  'unknown updates': async (id) => {
    await update({ sessionUpdate: 'hologram', shape: 'cube' });
    await update(null);
    await update({});
    await send({ method: 'session/dance', params: { sessionId: session } });
    await end(id);
  },
  'updates for another session': async (id) => {
    await update(chunk('not mine'), 'another');
    await update(chunk('not mine either'), 7);
    await end(id);
  },
  'updates of wrong types': async (id) => {
    await update(chunk(7));
    await update({ sessionUpdate: 'agent_message_chunk', content: null });
    await update({ sessionUpdate: 'plan', entries: 'none' });
    await update({ sessionUpdate: 'usage_update', used: 'much', size: {} });
    await update({ sessionUpdate: 'tool_call', toolCallId: 9, title: [] });
    await update({ sessionUpdate: 'current_mode_update', currentModeId: 1 });
    await end(id);
  },
  'a tool that was never announced': async (id) => {
    await toolUpdate({ toolCallId: 'u', title: 'Unannounced', status: 'completed' });
    await end(id);
  },
  'a tool that is never finished': async (id) => {
    await tool({ toolCallId: 'u', title: 'Endless', status: 'in_progress' });
    await end(id);
  },
  'a question after the end': async (id) => {
    await end(id);
    await delay(20);
    await log(`answered: ${JSON.stringify(await ask({ toolCall: { toolCallId: 't' }, options }))}`);
  },
  'a question without answers': async (id) => {
    await say(JSON.stringify(await ask({ toolCall: { toolCallId: 'u', title: 'Ask' }, options: [] })));
    await end(id);
  },
  'a question of the wrong shape': async (id) => {
    await say(`refused: ${typeof (await ask({ toolCall: 'me', options: 'any' }))}`);
    await end(id);
  },
  'a question that is followed by exit': async () => {
    void ask({ toolCall: { toolCallId: 'u', title: 'Ask' }, options });
    await delay(100);
    process.exit(5);
  },
  'requests that it was not offered': async (id) => {
    for (const method of ['fs/read_text_file', 'terminal/create', '_vendor/thing']) {
      const answered = new Promise((resolve) => open.set(method, resolve));
      await send({ id: method, method, params: { sessionId: session, path: '/etc/passwd', command: 'id' } });
      await say(`${method} ${(await answered) === undefined ? 'refused' : 'granted'}. `);
    }
    await end(id);
  },
  'closing stdin, then silence': async () => {
    closeStdin();
    await forEver();
  },
  'closing stdout, then living on': async () => {
    process.stdout.end();
    await forEver();
  },
  'exit in the middle': () => log('out of memory').then(() => process.exit(9)),
  'a good exit in the middle': () => process.exit(0),
  'killed by a signal': () => dieBy('SIGKILL'),
  'exit with a child that keeps stdout': async () => {
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 'inherit', 'inherit'] });
    await delay(200);
    process.exit(7);
  },
  'silence at the prompt': () => log('waiting for the network').then(forEver),
  'deaf to a cancel': async () => {
    process.on('SIGTERM', () => undefined);
    await forEver();
  },
  'a flood on stderr': async (id) => {
    await flood(process.stderr, `flood ${'x'.repeat(80)}\n`, big);
    await end(id);
  },
  'a flood on stderr without an end of line': async (id) => {
    await flood(process.stderr, 'x', big);
    await end(id);
  },
  'a flood of what is no message': async (id) => {
    await flood(process.stdout, 'Downloading… 57 %\n', big);
    await end(id);
  },
  'a flood of words': async (id) => {
    for (let index = 0; index < 5000; index++) await say(`${index} `);
    await end(id);
  },
  'words without an end': async () => {
    for (;;) await say('word '.repeat(10_000));
  },
  'a tool that runs for ever': async () => {
    await tool({ toolCallId: 'u', title: 'Build', status: 'in_progress' });
    await forEver();
  },
  'exit while a tool runs': async () => {
    await tool({ toolCallId: 'u', title: 'Build', status: 'in_progress' });
    process.exit(8);
  },
  'invalid UTF-8': async (id) => {
    const line = Buffer.from(
      `${JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session, update: chunk('a#b') } })}\n`,
    );
    line[line.indexOf('#')] = 0xff;
    await raw(line);
    await raw(Uint8Array.from([0xfe, 0x80, 0x00, 0x0a]));
    await end(id);
  },
  'an error without words': (id) => send({ id, error: { code: -32603 } }),
  'an error of the wrong shape': (id) => send({ id, error: 'no' }),
  'a network that is lost': (id) =>
    send({ id, error: { code: -32603, message: 'Internal error', data: { details: 'fetch failed: ECONNREFUSED 127.0.0.1:9' } } }),
};

/** What goes wrong before there is a turn. */
const starts: Readonly<Record<string, (id: Id) => Promise<void>>> = {
  'exit at the start': () => log('no license found').then(() => process.exit(4)),
  'silence at initialize': () => log('loading').then(forEver),
  'an old protocol': (id) => reply(id, { protocolVersion: 0, agentCapabilities: {} }),
  'a new protocol': (id) => reply(id, { protocolVersion: 99, agentCapabilities: {} }),
  'another language': () => raw('Usage: agent [options]\n').then(() => process.exit(0)),
};
const sessions: Readonly<Record<string, (id: Id) => Promise<void>>> = {
  'closing stdin before the prompt': async (id) => {
    closeStdin();
    await reply(id, { sessionId: session });
    await forEver();
  },
  'silence at session/new': () => log('starting MCP servers').then(forEver),
  'a session without an id': (id) => reply(id, { modes: null }),
  'an error at session/new': (id) => send({ id, error: { code: -32000, message: 'Authentication required' } }),
  'exit at session/new': () => log('no disk').then(() => process.exit(6)),
};

export const ways = [...Object.keys(turns), ...Object.keys(starts), ...Object.keys(sessions)];

async function prompt(params: Params, id: Id): Promise<void> {
  if (misbehaves) {
    misbehaves = false;
    await say('before ');
    await tool({ status: 'in_progress' });
    await toolUpdate({ status: 'completed' });
    await log('last words of the agent');
    await turns[way]?.(id);
    return;
  }
  const blocks = params['prompt'] as readonly { readonly text?: string }[];
  await say(`fine: ${blocks.at(-1)?.text ?? ''}`);
  await end(id);
}

let misbehaves = false;

function main(): void {
  if (way !== '' && !(way in turns) && !(way in starts) && !(way in sessions)) throw new Error(`no such way: ${way}`);
  misbehaves = way !== '' && !existsSync(marker);
  if (misbehaves) writeFileSync(marker, '');
  const on: Readonly<Record<string, (params: Params, id: Id) => Promise<void>>> = {
    initialize: (_params, id) => {
      const bad = misbehaves ? starts[way] : undefined;
      return bad ? bad(id) : reply(id, { protocolVersion: 1, agentCapabilities: {} });
    },
    'session/new': (_params, id) => {
      const bad = misbehaves ? sessions[way] : undefined;
      return bad ? bad(id) : reply(id, { sessionId: session });
    },
    'session/prompt': prompt,
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const { id, method, params, result } = JSON.parse(line) as { id?: Id; method?: string; params?: Params; result?: unknown };
    if (method === undefined) open.get(id)?.(result);
    else void on[method]?.(params ?? {}, id ?? '');
  });
  lines.on('close', () => {
    if (!stays) process.exit(0);
  });
}

if (process.argv[1] === import.meta.filename) main();

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { AgentSession, AgentUpdate, TurnResult } from '../../src/agents/agent.js';
import type { Endpoint } from '../../src/agents/endpoint.js';
import { endpointAgent } from '../../src/agents/endpointAgent.js';
import { SessionError } from '../../src/model/errors.js';
import type { Logger } from '../../src/model/logger.js';
import type { ReplayMessage } from '../../src/model/replayMessages.js';
import { chatEvents, startEndpoint, type EndpointReply, type EndpointRequest, type EndpointServer } from '../support/endpointServer.js';
import { startModelServer } from '../support/modelServer.js';

const key = 'sk-very-secret-0123456789';
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function serve(reply: (request: EndpointRequest) => EndpointReply): Promise<EndpointServer> {
  const server = await startEndpoint(reply);
  opened.push(server);
  return server;
}

const log: string[] = [];
const line = (message: string): void => void log.push(message);
const logger: Logger = { trace: line, debug: line, info: line, warn: line, error: line };

interface Open {
  readonly model?: string | undefined;
  readonly protocol?: Endpoint['protocol'];
  readonly env?: Readonly<Record<string, string>>;
  readonly history?: readonly ReplayMessage[];
}

async function open(
  url: string,
  { model = 'llama', protocol = 'openai', env = { LLM_KEY: key }, history }: Open = {},
): Promise<AgentSession> {
  const agent = await endpointAgent({
    name: 'local',
    title: 'local',
    endpoint: { protocol, url, key_env: 'LLM_KEY' },
    model,
    keys: { env },
    retryMs: 1,
  });
  const connection = await agent.connect(logger);
  opened.push({ close: () => connection.dispose() });
  const session = await connection.create({ cwd: '/' });
  if (history) session.recall?.(history);
  return session;
}

interface Turned {
  readonly result: TurnResult;
  readonly updates: readonly AgentUpdate[];
  readonly text: string;
  readonly thoughts: string;
}

async function prompt(session: AgentSession, text: string, signal = new AbortController().signal): Promise<Turned> {
  const updates: AgentUpdate[] = [];
  const result = await session.prompt([{ type: 'text', text }], {
    signal,
    update: (update) => void updates.push(update),
    permission: () => assert.fail('a chat asks for no permission'),
  });
  const joined = (kind: AgentUpdate['kind']): string =>
    updates.map((update) => (update.kind === kind && 'delta' in update ? update.delta : '')).join('');
  return { result, updates, text: joined('text'), thoughts: joined('thinking') };
}

const messagesOf = ({ body }: EndpointRequest): unknown => (body as { messages: unknown }).messages;
const asked = (server: EndpointServer): readonly EndpointRequest[] => server.requests.filter(({ method }) => method === 'POST');

describe('a model behind an OpenAI-compatible endpoint', () => {
  test('streams text and thoughts, and says what it used', async () => {
    const usage = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16, prompt_tokens_details: { cached_tokens: 3 } };
    const server = await serve(({ path }) =>
      path === '/v1/models'
        ? { json: { data: [{ id: 'llama', max_model_len: 8192 }] } }
        : { events: chatEvents([{ reasoning_content: 'hm' }, { content: 'Good ' }, { content: 'day' }], { usage }) },
    );
    const session = await open(server.url);
    const { result, text, thoughts, updates } = await prompt(session, 'hello');
    assert.equal(text, 'Good day');
    assert.equal(thoughts, 'hm');
    assert.deepEqual(result, {
      stop_reason: 'end_turn',
      usage: { input: 11, output: 5, cached: 3, reasoning: 0, total: 16, cost_usd: null },
      model: 'llama',
    });
    assert.ok(updates.some((update) => update.kind === 'usage' && update.context_used === 16 && update.context_size === 8192));
    assert.equal(asked(server)[0]?.headers.authorization, `Bearer ${key}`);
    assert.deepEqual(session.models, [{ id: 'llama', title: 'llama', contextSize: 8192 }]);
  });

  test('is told the whole conversation each time, what it said itself included', async () => {
    const server = await serve(() => ({ events: chatEvents([{ content: 'yes' }]) }));
    const history: ReplayMessage[] = [
      { role: 'user', content: [{ type: 'text', text: 'I am Ada' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello Ada' }] },
    ];
    const session = await open(server.url, { history });
    await prompt(session, 'one');
    await prompt(session, 'two');
    assert.deepEqual(asked(server).map(messagesOf).at(-1), [
      { role: 'user', content: 'I am Ada' },
      { role: 'assistant', content: 'Hello Ada' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'yes' },
      { role: 'user', content: 'two' },
    ]);
  });

  test('thinks as much as it is told to', async () => {
    const server = await serve(() => ({ events: chatEvents([{ content: 'x' }]) }));
    const session = await open(server.url);
    assert.deepEqual(session.levels, ['off', 'minimal', 'low', 'medium', 'high', 'xhigh']);
    await session.setThinking?.('high');
    await prompt(session, 'one');
    await session.setThinking?.('off');
    await prompt(session, 'two');
    assert.deepEqual(
      asked(server).map(({ body }) => (body as { reasoning_effort?: string }).reasoning_effort),
      ['high', 'none'],
    );
  });

  test('is sent images and files that the person gave', async () => {
    const server = await serve(() => ({ events: chatEvents([{ content: 'x' }]) }));
    const session = await open(server.url);
    await session.prompt(
      [
        { type: 'text', text: 'what is this' },
        { type: 'image', mime_type: 'image/png', data: 'iVBORw0KGgo=' },
        { type: 'resource', uri: 'file:///a.ts', title: 'a.ts', text: 'let a' },
      ],
      { signal: new AbortController().signal, update: () => undefined, permission: () => assert.fail('no permission') },
    );
    assert.deepEqual(messagesOf(asked(server)[0] ?? assert.fail('nothing was asked')), [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'text', text: 'a.ts:\n\nlet a' },
        ],
      },
    ]);
  });

  test('stops when it is cancelled, and knows later what it had said', async () => {
    const server = await serve(({ body }) => {
      const isFirst = JSON.stringify(body ?? '').includes('stop me') && !JSON.stringify(body).includes('go on');
      const events = chatEvents([{ content: 'I beg' }]);
      return isFirst ? { events: events.slice(0, 1), open: true } : { events };
    });
    const session = await open(server.url);
    const stop = new AbortController();
    const turn = session.prompt([{ type: 'text', text: 'stop me' }], {
      signal: stop.signal,
      update: (update) => update.kind === 'text' && stop.abort(),
      permission: () => assert.fail('no permission'),
    });
    assert.deepEqual(await turn, { stop_reason: 'cancelled', model: 'llama' });
    await prompt(session, 'go on');
    assert.deepEqual(asked(server).map(messagesOf).at(-1), [
      { role: 'user', content: 'stop me' },
      { role: 'assistant', content: 'I beg' },
      { role: 'user', content: 'go on' },
    ]);
  });

  test('answers with its only model where none is chosen, and asks for a choice where it has several', async () => {
    let models = ['one'];
    const server = await serve(({ path }) =>
      path === '/v1/models' ? { json: { data: models.map((id) => ({ id })) } } : { events: chatEvents([{ content: 'x' }]) },
    );
    const unchosen = async (): Promise<AgentSession> => {
      const endpoint: Endpoint = { protocol: 'openai', url: server.url };
      const agent = await endpointAgent({ name: 'local', title: 'local', endpoint, model: undefined, keys: { env: {} } });
      return (await agent.connect(logger)).create({ cwd: '/' });
    };
    await prompt(await unchosen(), 'hello');
    assert.equal((asked(server)[0]?.body as { model: string }).model, 'one');
    assert.equal(asked(server)[0]?.headers.authorization, undefined);
    models = ['one', 'two'];
    await assert.rejects(prompt(await unchosen(), 'hello'), {
      code: 'agent_failed',
      hint: /agents\.local\.defaults\.model NAME; it has one, two/,
    });
  });

  test('does not carry its key to another address', async () => {
    const other = await serve(() => ({ events: chatEvents([{ content: 'x' }]) }));
    const server = await serve(() => ({ status: 307, headers: { location: `${other.url}/chat/completions` } }));
    await assert.rejects(prompt(await open(server.url), 'hello'), {
      message: 'local has moved',
      hint: new RegExp(`endpoint.url.*${other.url}`),
    });
    assert.deepEqual(other.requests, []);
  });
});

/** The first time that it is asked for an answer that, then this. */
function first(reply: EndpointReply, then: EndpointReply): (request: EndpointRequest) => EndpointReply {
  let asks = 0;
  return ({ method }) => (method === 'POST' && ++asks === 1 ? reply : then);
}

describe('an endpoint that does not answer', () => {
  const refusals: readonly { name: string; reply: EndpointReply; message: RegExp; hint: RegExp }[] = [
    {
      name: 'refuses the key (401), and says which, whole and in part',
      reply: { status: 401, json: { error: { message: `Incorrect API key provided: ${key} (${key.slice(0, 14)}).` } } },
      message: /^local is not signed in$/,
      hint: /the key from the environment was refused: set LLM_KEY .*Incorrect API key provided: \*\*\* \(\*\*\*\)/,
    },
    {
      name: 'does not know the model (404)',
      reply: { status: 404, json: { error: { message: 'model "llama" not found' } } },
      message: /has no model llama$/,
      hint: /agents\.local\.endpoint\.url.*model "llama" not found/,
    },
    {
      name: 'has had enough (429)',
      reply: { status: 429, headers: { 'retry-after': '90' }, json: { error: { message: 'slow down' } } },
      message: /^local has reached its rate limit$/,
      hint: /try again in 90 s \(slow down\)/,
    },
    {
      name: 'fails (500), with a page',
      reply: { status: 500, text: '<html>oh</html>' },
      message: /error of its own \(status 500\)/,
      hint: /try again/,
    },
    {
      name: 'cannot take so much',
      reply: { status: 400, json: { error: { message: "This model's maximum context length is 8192 tokens" } } },
      message: /cannot take more: the session is too long for the model$/,
      hint: /maximum context length is 8192/,
    },
    {
      name: 'refuses something else (422)',
      reply: { status: 422, text: 'no such parameter' },
      message: /refused the request \(status 422\)/,
      hint: /no such parameter/,
    },
    {
      name: 'breaks off in the middle',
      reply: { events: chatEvents([{ content: 'I was' }]).slice(0, 1) },
      message: /answered with an error/,
      hint: /without a finish reason/,
    },
    {
      name: 'sends an error in the stream, with the key in it',
      reply: { events: [{ error: { message: `broken for ${key}` } }] },
      message: /answered with an error/,
      hint: /^broken for \*\*\*$/,
    },
  ];
  for (const { name, reply, message, hint } of refusals) {
    test(`says so where it ${name}`, async () => {
      const server = await serve(() => reply);
      const error: unknown = await prompt(await open(server.url), 'hello').catch((thrown: unknown) => thrown);
      assert.ok(error instanceof SessionError);
      assert.match(error.message, message);
      assert.match(error.hint ?? '', hint);
      assert.equal(error.code, 'agent_failed');
      assert.equal(JSON.stringify([error.message, error.hint, error.stack, error.cause, log]).includes(key), false);
    });
  }

  for (const [status, headers, wait] of [
    [429, { 'retry-after': '1' }, '1 s'],
    [529, {}, '1 ms'],
  ] as const) {
    test(`is asked again where it refuses for now (${String(status)}), when it says, and that is told`, async () => {
      const server = await serve(
        first({ status, headers, json: { error: { message: 'slow down' } } }, { events: chatEvents([{ content: 'here I am' }]) }),
      );
      const { text, updates } = await prompt(await open(server.url), 'hello');
      assert.equal(text, 'here I am');
      assert.deepEqual(
        updates.filter(({ kind }) => kind === 'notice'),
        [{ kind: 'notice', level: 'warning', text: `The model answered ${String(status)}: attempt 2 of 4 follows in ${wait}` }],
      );
    });
  }

  test('is asked four times at most', async () => {
    const server = await serve(() => ({ status: 500, text: 'oh' }));
    await assert.rejects(prompt(await open(server.url), 'hello'), { message: /status 500/ });
    assert.equal(asked(server).length, 4);
  });

  test('is asked once where its account is empty, and where some of the answer has come', async () => {
    const empty = await serve(() => ({ status: 429, json: { error: { message: 'no more', code: 'insufficient_quota' } } }));
    await assert.rejects(prompt(await open(empty.url), 'hello'), { message: /rate limit/ });
    assert.equal(asked(empty).length, 1);
    const broken = await serve(() => ({ events: chatEvents([{ content: 'I was' }]).slice(0, 1), broken: true }));
    await assert.rejects(prompt(await open(broken.url), 'hello'), { code: 'agent_failed' });
    assert.equal(asked(broken).length, 1);
  });

  test('is asked again where the connection breaks off before the answer', async () => {
    const server = await serve(first({ events: [], broken: true }, { events: chatEvents([{ content: 'here I am' }]) }));
    const { text, updates } = await prompt(await open(server.url), 'hello');
    assert.equal(text, 'here I am');
    assert.ok(
      updates.some((update) => update.kind === 'notice' && update.text.startsWith('The model could not be reached: attempt 2 of 4')),
    );
  });

  test('is not waited for by a turn that is cancelled meanwhile', async () => {
    const server = await serve(() => ({ status: 503, headers: { 'retry-after': '50' }, text: 'later' }));
    const stop = new AbortController();
    const session = await open(server.url);
    const { signal } = stop;
    const result = await session.prompt([{ type: 'text', text: 'hello' }], {
      ...{ signal, permission: () => assert.fail('a chat asks for no permission') },
      update: (update) => {
        if (update.kind === 'notice') stop.abort();
      },
    });
    assert.equal(result.stop_reason, 'cancelled');
  });

  test('says so where nothing listens', async () => {
    const server = await startEndpoint(() => ({}));
    await server.close();
    await assert.rejects(prompt(await open(server.url), 'hello'), {
      message: `local could not be reached at ${server.url}`,
      hint: /nothing listens there/,
    });
  });

  test('is not asked where its key is missing', async () => {
    const agent = await endpointAgent({
      ...{ name: 'cloud', title: 'cloud', model: 'm', keys: { env: { LLM_KEY: ' ' } } },
      endpoint: { protocol: 'openai', url: 'http://127.0.0.1:1/v1', key_env: 'LLM_KEY' },
    });
    assert.equal(agent.info.key, 'missing');
    assert.match(agent.info.problem ?? '', /it has no key: set LLM_KEY in the environment/);
    await assert.rejects(agent.connect(logger), { message: 'cloud has no key', hint: /LLM_KEY/ });
  });
});

describe('a model behind an Anthropic-compatible endpoint', () => {
  test('streams, keeps the conversation, and is given its own key and not that of the environment', async () => {
    const server = await startModelServer();
    opened.push(server);
    process.env['ANTHROPIC_API_KEY'] = 'sk-of-the-environment';
    try {
      const session = await open(`${server.url}/v1`, { protocol: 'anthropic', model: 'claude-haiku-4-5' });
      const first = await prompt(session, '[[think]] hello');
      assert.match(first.text, /^You said: \[\[think\]\] hello/);
      assert.match(first.thoughts, /I think about the prompt/);
      assert.ok((first.result.usage?.total ?? 0) > 0);
      assert.match((await prompt(session, 'again')).text, /Earlier user turns: 1$/);
      assert.deepEqual(
        server.requests.map(({ apiKey }) => apiKey),
        [key, key],
      );
      await assert.rejects(prompt(session, '[[fail 529]]'), { message: 'local cannot be served: the model is overloaded' });
    } finally {
      delete process.env['ANTHROPIC_API_KEY'];
    }
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropic } from './dialects/anthropic.js';
import { chatCompletions } from './dialects/chatCompletions.js';
import type { ServerEvent } from './dialects/dialect.js';
import { gemini } from './dialects/gemini.js';
import { responses } from './dialects/responses.js';
import { ordersOf, partsOf, promptsOf } from './modelOrders.js';

/** A request as it came. */
export interface ModelRequest {
  readonly path: string;
  readonly apiKey: string | undefined;
  readonly model: string;
  /** The person's prompts in it, oldest first, without what the agent adds. */
  readonly prompts: readonly string[];
  /** The tools that it offers: none, where an agent asks for a title on the side. */
  readonly tools: readonly string[];
  /** All of it, as JSON. */
  readonly body: unknown;
}

/** A model API of the test's own on 127.0.0.1. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** Resolves when that many answers hang, as `[[hang]]` orders. */
  hanging(count?: number): Promise<void>;
  close(): Promise<void>;
}

const dialects = [anthropic, responses, chatCompletions, gemini];

/**
 * Starts a server that speaks Anthropic's Messages, OpenAI's Responses and Chat Completions and Gemini's `generateContent`, with
 * and without server-sent events. It echoes the last prompt and counts the person's earlier prompts, so that a resume or a fork
 * proves that it carried the history. A prompt may order it to `[[think]]`, to `[[say WORDS]]` before the rest, to `[[write FILE TEXT]]` and
 * `[[bash COMMAND]]` or `[[tool NAME JSON]]` (tools, where the agent offers them), to `[[hang]]` after the first words, `[[fail STATUS]]`
 * (which may be tried again at once, or as `[[fail STATUS MS]]` says, in so many milliseconds), or `[[overflow]]`: the context is full.
 * A request for JSON gets its fields.
 * A model named `small` obeys none of them, for the titles and summaries that agents ask for on the side.
 */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  let hangs = 0;
  const waiting = new Set<() => void>();
  const onHang = (): void => {
    hangs += 1;
    for (const wake of waiting) wake();
  };
  const server = createServer((request, response) => {
    answer(request, response, requests, onHang).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async hanging(count = 1) {
      while (hangs < count) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, requests: ModelRequest[], onHang: () => void): Promise<void> {
  const { pathname: path } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method !== 'POST') return json(response, request.method === 'HEAD' ? 200 : 404, {});
  const text = await textOf(request);
  if (path.endsWith('/count_tokens')) return json(response, 200, { input_tokens: tokens(text) });
  if (path.endsWith(':countTokens')) return json(response, 200, { totalTokens: tokens(text) });
  const dialect = dialects.find(({ matches }) => matches(path));
  if (!dialect) return json(response, 404, { type: 'error', error: { type: 'not_found_error', message: path } });
  const body: unknown = JSON.parse(text === '' ? '{}' : text);
  const question = dialect.read(body, path);
  const prompts = promptsOf(question);
  requests.push({ path, apiKey: keyOf(request), model: question.model, prompts, tools: question.tools, body });

  const id = `msg_${requests.length}`;
  const orders = question.model === 'small' ? {} : ordersOf(prompts.at(-1) ?? '');
  const [status, again = '1'] = orders.fail?.split(' ') ?? [];
  const why = orders.overflow !== undefined ? 'overflow' : status === undefined ? undefined : Number(status);
  if (why !== undefined) {
    const refusal = dialect.refusal(why, id);
    if (!('status' in refusal)) return stream(response, refusal.events);
    response.setHeader('retry-after-ms', again);
    return json(response, refusal.status, refusal.body);
  }
  const parts = partsOf(question, prompts, `call_${requests.length}`);
  const whole = { id, model: question.model, parts, tokens: { input: tokens(text), output: tokens(JSON.stringify(parts)) } };
  if (!question.stream) return json(response, 200, dialect.whole(whole));
  const events = dialect.events(whole);
  if (orders.hang === undefined) return stream(response, events);
  await send(response, events.slice(0, events.findIndex(({ isWord }) => isWord === true) + 1));
  onHang();
}

async function stream(response: ServerResponse, events: readonly ServerEvent[]): Promise<void> {
  await send(response, events);
  response.end();
}

async function send(response: ServerResponse, events: readonly ServerEvent[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const { name, data, isWord } of events) {
    const line = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${line}\n\n`);
    if (isWord === true) await delay(1);
  }
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const key = headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
  return Array.isArray(key) ? key[0] : key;
}

/** About as many as a model would count. */
function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function json(response: ServerResponse, status: number, value: object): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' });
  await new Promise<void>((resolve) => response.end(JSON.stringify(value), resolve));
}

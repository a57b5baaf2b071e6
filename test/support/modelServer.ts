import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

const blockSchema = z.looseObject({ type: z.string(), text: z.string().optional(), content: z.unknown().optional() });
const bodySchema = z.looseObject({
  model: z.string().default('unknown'),
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(blockSchema)]) })).default([]),
  tools: z.array(z.looseObject({ name: z.string().optional() })).default([]),
});
type Body = z.infer<typeof bodySchema>;

/** A request as it came. */
export interface ModelRequest {
  readonly path: string;
  readonly apiKey: string | undefined;
  readonly body: Body;
  /** The person's prompts in it, oldest first, without what the agent adds. */
  readonly prompts: readonly string[];
}

/** A model API of the test's own on 127.0.0.1. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** Resolves when that many answers hang, as `[[hang]]` orders. */
  hanging(count?: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a server that speaks Anthropic Messages, with and without server-sent events. It echoes the last prompt and counts the
 * person's earlier prompts, so that a resume or a fork proves that it carried the history. A prompt may order it to
 * `[[think]]`, `[[write FILE TEXT]]` and `[[bash COMMAND]]` (tools, where the agent offers them), `[[hang]]` after the first
 * words, or `[[fail STATUS]]` (400, 401, 429, 500, 529).
 */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  let hangs = 0;
  let wake = (): void => undefined;
  const onHang = (): void => {
    hangs += 1;
    wake();
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
      while (hangs < count) await new Promise<void>((resolve) => (wake = resolve));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

async function answer(request: IncomingMessage, response: ServerResponse, requests: ModelRequest[], onHang: () => void): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method !== 'POST') return json(response, request.method === 'HEAD' ? 200 : 404, {});
  const body = bodySchema.parse(JSON.parse(await textOf(request)));
  const prompts = promptsOf(body);
  const key = request.headers['x-api-key'];
  requests.push({ path: pathname, apiKey: Array.isArray(key) ? key[0] : key, body, prompts });
  if (pathname.endsWith('/count_tokens')) return json(response, 200, { input_tokens: tokens(JSON.stringify(body.messages)) });
  if (!pathname.endsWith('/messages')) return json(response, 404, { type: 'error', error: { type: 'not_found_error', message: pathname } });

  const orders = ordersOf(prompts.at(-1) ?? '');
  if (orders.fail !== undefined) {
    const status = Number(orders.fail) || 500;
    const error = { type: errorTypes[status] ?? 'api_error', message: `the test ordered status ${status}` };
    return json(response, status, { type: 'error', error });
  }
  const blocks = blocksOf(body, prompts, orders);
  const stop = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  const usage = { input_tokens: tokens(JSON.stringify(body.messages)), output_tokens: tokens(JSON.stringify(blocks)) };
  const message = { id: `msg_${requests.length}`, type: 'message', role: 'assistant', model: body.model };
  if (!body.stream) return json(response, 200, { ...message, content: blocks, stop_reason: stop, stop_sequence: null, usage });

  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (type: string, data: object): void => void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send('message_start', {
    message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
  });
  for (const [index, block] of blocks.entries()) {
    for (const [type, data] of eventsOf(block)) {
      send(type, { index, ...data });
      if (orders.hang !== undefined && type === 'content_block_delta') {
        onHang();
        return;
      }
      await delay(1);
    }
  }
  send('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: usage.output_tokens } });
  send('message_stop', {});
  response.end();
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object };

function blocksOf(body: Body, prompts: readonly string[], orders: Orders): Block[] {
  const results = resultsOf(body);
  if (results !== undefined) return [{ type: 'text', text: `The tool said: ${results}` }];
  const thinking: Block[] =
    orders.think === undefined ? [] : [{ type: 'thinking', thinking: 'I think about the prompt.', signature: 'c2lnbmVk' }];
  const has = (name: string): boolean => body.tools.some((tool) => tool.name === name);
  const id = `toolu_${prompts.length}_${body.messages.length}`;
  if (orders.write !== undefined && has('Write')) {
    const [file = '', text = ''] = orders.write.split(/\s+([^]*)/);
    return [...thinking, { type: 'tool_use', id, name: 'Write', input: { file_path: file, content: text } }];
  }
  const shell = ['Bash', 'bash'].find(has);
  if (orders.bash !== undefined && shell !== undefined) {
    return [...thinking, { type: 'tool_use', id, name: shell, input: { command: orders.bash, description: 'A test runs a command' } }];
  }
  const text = `You said: ${prompts.at(-1) ?? 'nothing'}\nEarlier user turns: ${Math.max(0, prompts.length - 1)}`;
  return [...thinking, { type: 'text', text }];
}

/** The server-sent events of a block, its content in small parts. */
function eventsOf(block: Block): [type: string, data: object][] {
  const delta = (data: object): [string, object] => ['content_block_delta', { delta: data }];
  const end: [string, object] = ['content_block_stop', {}];
  switch (block.type) {
    case 'text': {
      const start: [string, object] = ['content_block_start', { content_block: { type: 'text', text: '' } }];
      return [start, ...parts(block.text).map((text) => delta({ type: 'text_delta', text })), end];
    }
    case 'thinking': {
      const start: [string, object] = ['content_block_start', { content_block: { type: 'thinking', thinking: '', signature: '' } }];
      const deltas = parts(block.thinking).map((thinking) => delta({ type: 'thinking_delta', thinking }));
      return [start, ...deltas, delta({ type: 'signature_delta', signature: block.signature }), end];
    }
    case 'tool_use': {
      const start: [string, object] = ['content_block_start', { content_block: { ...block, input: {} } }];
      const deltas = parts(JSON.stringify(block.input)).map((text) => delta({ type: 'input_json_delta', partial_json: text }));
      return [start, ...deltas, end];
    }
  }
}

function parts(text: string): string[] {
  return text.match(/[^]{1,12}/gu) ?? [];
}

interface Orders {
  readonly think?: string;
  readonly write?: string;
  readonly bash?: string;
  readonly hang?: string;
  readonly fail?: string;
}

function ordersOf(prompt: string): Orders {
  const orders = [...prompt.matchAll(/\[\[(think|write|bash|hang|fail)\s*([^\]]*)\]\]/g)];
  return Object.fromEntries(orders.map(([, name = '', rest = '']): [string, string] => [name, rest]));
}

/** What the person wrote: agents add reminders and command output in tags, and send tool results as the user's. */
function promptsOf(body: Body): string[] {
  return body.messages.flatMap(({ role, content }) => {
    if (role !== 'user') return [];
    const texts = typeof content === 'string' ? [content] : content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : []));
    // Each text is a prompt of its own: those of failed turns arrive together with the next.
    return texts.filter((text) => !/^\s*<[a-z-]+>/.test(text));
  });
}

/** The first line of the tool results that end the conversation. */
function resultsOf(body: Body): string | undefined {
  const last = body.messages.at(-1)?.content;
  const result = typeof last === 'string' ? undefined : last?.find(({ type }) => type === 'tool_result');
  if (!result) return undefined;
  const text = typeof result.content === 'string' ? result.content : JSON.stringify(result.content);
  return text.split('\n')[0] ?? '';
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

import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** A request to the endpoint, its body parsed. */
export interface EndpointRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** `events`: server-sent, a name before each where the API has one. `open`: the answer does not end; `broken`: the connection breaks off after it. */
export interface EndpointReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly events?: readonly unknown[];
  readonly open?: boolean;
  readonly broken?: boolean;
}

export interface EndpointServer {
  /** Its base address, with `/v1`. */
  readonly url: string;
  readonly requests: readonly EndpointRequest[];
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that answers just what the test says: for what no real model server does twice in the same way. */
export async function startEndpoint(reply: (request: EndpointRequest) => EndpointReply): Promise<EndpointServer> {
  const requests: EndpointRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
      requests.push(request);
      const { status = 200, headers = {}, json, text: words, events, open, broken } = reply(request);
      const type = events ? 'text/event-stream' : json === undefined ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...headers });
      if (events) for (const event of events) response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
      else response.write(json === undefined ? (words ?? '') : JSON.stringify(json));
      if (broken === true) setImmediate(() => incoming.socket.destroy());
      else if (open !== true) response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The events of a Chat Completions answer. */
export function chatEvents(
  parts: readonly object[],
  { finish = 'stop', usage, model = 'llama' }: { finish?: string; usage?: object; model?: string } = {},
): unknown[] {
  const chunk = (delta: object, reason: string | null) => ({
    ...{ id: 'c1', object: 'chat.completion.chunk', created: 0, model },
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const counted = usage === undefined ? [] : [{ ...chunk({}, null), choices: [], usage }];
  return [...parts.map((part) => chunk(part, null)), chunk({}, finish), ...counted, '[DONE]'];
}

import { createServer, type ServerResponse } from 'node:http';
import * as z from 'zod';

const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.array(z.looseObject({ text: z.string().optional() })).catch([]),
});
const bodySchema = z.looseObject({ input: z.array(itemSchema).default([]) });

/** A Responses API of the test's own on 127.0.0.1. */
export interface CodexServer {
  readonly url: string;
  /** The person's prompts of each request, oldest first, without the context that the program adds. */
  readonly prompts: readonly (readonly string[])[];
  close(): Promise<void>;
}

/**
 * Starts a server that speaks OpenAI's Responses with server-sent events. It echoes the last prompt and counts the earlier
 * ones, so that a resume or a fork proves that it carried the history. `[[think]]` and `[[bash COMMAND]]` in a prompt order
 * that, `[[overflow]]` an answer that the context is full. An answer uses 100 tokens in, of these 40 cached, and 10 out.
 */
export async function startCodexServer(): Promise<CodexServer> {
  const prompts: (readonly string[])[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.method === 'POST' && (request.url ?? '').endsWith('/responses')) answer(body, prompts, response);
      else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    prompts,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(body: string, seen: (readonly string[])[], response: ServerResponse): void {
  const { input } = bodySchema.parse(JSON.parse(body));
  const prompts = input
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => content.map(({ text }) => text ?? ''))
    .filter((text) => text !== '' && !text.startsWith('<') && !text.startsWith('# AGENTS.md'));
  seen.push(prompts);
  const id = `resp_${seen.length}`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type: string, fields: object): void =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send('response.created', { response: { id } });
  const last = prompts.at(-1) ?? '';
  if (last.includes('[[overflow]]')) {
    const error = { code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model.' };
    send('response.failed', { response: { id, status: 'failed', error } });
    response.end();
    return;
  }
  for (const item of itemsFor(last, prompts.length - 1, input.at(-1)?.type === 'function_call_output', seen.length)) {
    send('response.output_item.done', { item });
  }
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 40 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 110,
  };
  send('response.completed', { response: { id, usage } });
  response.end();
}

function itemsFor(last: string, earlier: number, isAnswered: boolean, count: number): readonly object[] {
  const [, command] = /\[\[bash ([^\]]+)\]\]/.exec(last) ?? [];
  if (command !== undefined && !isAnswered) {
    return [
      {
        type: 'function_call',
        id: `fc_${count}`,
        call_id: `call_${count}`,
        name: 'exec_command',
        arguments: JSON.stringify({ cmd: command }),
      },
    ];
  }
  const thought = {
    type: 'reasoning',
    id: `rs_${count}`,
    summary: [{ type: 'summary_text', text: 'I think.' }],
    encrypted_content: 'eA==',
  };
  const text = `ECHO: ${last} | earlier user turns: ${earlier}`;
  const message = { type: 'message', id: `msg_${count}`, role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] };
  return last.includes('[[think]]') ? [thought, message] : [message];
}

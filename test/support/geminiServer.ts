import { createServer } from 'node:http';
import * as z from 'zod';

const partSchema = z.looseObject({ text: z.string().optional(), functionResponse: z.unknown().optional() });
const bodySchema = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().optional(), parts: z.array(partSchema) })).default([]),
});

/** A Gemini API of the test's own on 127.0.0.1. */
export interface GeminiServer {
  readonly url: string;
  /** The person's prompts of each request, oldest first, without the context that the program adds. */
  readonly prompts: readonly (readonly string[])[];
  close(): Promise<void>;
}

/**
 * Starts a server that speaks `generateContent`, streamed and not. It echoes the last prompt and counts the earlier ones, so
 * that a resume proves that it carried the history. `[[write FILE TEXT]]` in a prompt orders that tool call.
 */
export async function startGeminiServer(): Promise<GeminiServer> {
  const prompts: (readonly string[])[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = answerTo(body, prompts);
      const isStream = (request.url ?? '').includes(':streamGenerateContent');
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
      response.end(isStream ? `data: ${JSON.stringify(answer)}\n\n` : JSON.stringify(answer));
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

function answerTo(body: string, seen: (readonly string[])[]): unknown {
  const { contents } = bodySchema.parse(JSON.parse(body || '{}'));
  const prompts = contents
    .filter(({ role }) => role === 'user')
    .flatMap(({ parts }) => parts.map(({ text }) => text ?? ''))
    .filter((text) => text !== '' && !text.startsWith('<'));
  seen.push(prompts);
  const last = prompts.at(-1) ?? '';
  const order = /\[\[write (\S+) ([^\]]+)\]\]/.exec(last);
  const isAnswered = contents.at(-1)?.parts.some((part) => part.functionResponse !== undefined) ?? false;
  const parts =
    order && !isAnswered
      ? [{ text: 'I write it.' }, { functionCall: { name: 'write_file', args: { file_path: order[1], content: order[2] } } }]
      : [{ text: `ECHO: ${last} | earlier user turns: ${prompts.length - 1}` }];
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 7, cachedContentTokenCount: 3, totalTokenCount: 107 },
  };
}

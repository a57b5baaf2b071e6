import * as z from 'zod';
import { piecesOf, type AnswerPart, type Dialect } from './dialect.js';

const partSchema = z.looseObject({
  text: z.string().optional(),
  functionResponse: z.looseObject({ response: z.looseObject({ output: z.string().optional() }) }).optional(),
});
const bodySchema = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().optional(), parts: z.array(partSchema) })).default([]),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).default([]) })).default([]),
});

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 7, cachedContentTokenCount: 3, totalTokenCount: 107 };

/** Gemini's `generateContent`, streamed and not. An answer uses 100 tokens in, of these 3 cached, and 7 out. */
export const gemini: Dialect = {
  matches: (path) => /:(streamG|g)enerateContent$/.test(path),

  read(body, path) {
    const { contents, tools } = bodySchema.parse(body);
    const user = contents.filter(({ role }) => role === 'user').flatMap(({ parts }) => parts);
    const result = contents.at(-1)?.parts.find((part) => part.functionResponse !== undefined)?.functionResponse;
    return {
      model: /models\/([^:]+):/.exec(path)?.[1] ?? 'unknown',
      stream: path.endsWith(':streamGenerateContent'),
      texts: user.map(({ text }) => text ?? ''),
      tools: tools.flatMap(({ functionDeclarations }) => functionDeclarations.map(({ name }) => name)),
      result: result && (result.response.output ?? JSON.stringify(result.response)),
    };
  },

  events({ parts }) {
    const chunk = (part: object, more: object = {}): object => ({
      candidates: [{ content: { role: 'model', parts: [part] }, index: 0, ...more }],
    });
    const words = parts.flatMap(piecesOfPart).map((part) => ({ data: chunk(part), isWord: true }));
    return [...words, { data: { ...chunk({ text: '' }, { finishReason: 'STOP' }), usageMetadata } }];
  },

  whole: ({ parts }) => ({
    candidates: [{ content: { role: 'model', parts: parts.map(geminiPart) }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
  }),

  refusal(why) {
    const code = why === 'overflow' ? 400 : why;
    const message =
      why === 'overflow'
        ? 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'
        : `the test ordered status ${why}`;
    return { status: code, body: { error: { code, message, status: statuses[code] ?? 'UNKNOWN' } } };
  },
};

function geminiPart(part: AnswerPart): object {
  if (part.type === 'tool') return { functionCall: { name: part.name, args: part.input } };
  return part.type === 'text' ? { text: part.text } : { text: part.text, thought: true };
}

function piecesOfPart(part: AnswerPart): object[] {
  return part.type === 'tool' ? [geminiPart(part)] : piecesOf(part.text).map((text) => geminiPart({ ...part, text }));
}

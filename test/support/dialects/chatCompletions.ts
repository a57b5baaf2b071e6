import * as z from 'zod';
import { piecesOf, type AnswerPart, type Dialect, type ServerEvent } from './dialect.js';

const contentSchema = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);
const bodySchema = z.looseObject({
  model: z.string().default('unknown'),
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ role: z.string(), content: contentSchema.nullish() })).default([]),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }).optional() })).default([]),
});

/** OpenAI's Chat Completions, which most other servers speak too. Thoughts are in `reasoning_content`, as many of them have it. */
export const chatCompletions: Dialect = {
  matches: (path) => path.endsWith('/chat/completions'),

  read(body) {
    const { model, stream, messages, tools } = bodySchema.parse(body);
    const last = messages.at(-1);
    return {
      model,
      stream,
      texts: messages.filter(({ role }) => role === 'user').flatMap(({ content }) => textsOf(content)),
      tools: tools.flatMap((tool) => tool.function?.name ?? []),
      result: last?.role === 'tool' ? textsOf(last.content).join('\n') : undefined,
    };
  },

  events({ id, model, parts, tokens }) {
    const chunk = (delta: object, finish: string | null = null): ServerEvent => ({
      data: { id, object: 'chat.completion.chunk', created: 0, model, choices: [{ index: 0, delta, finish_reason: finish }] },
    });
    const words = parts.flatMap((part, index) => deltasOf(part, index).map((delta) => ({ ...chunk(delta), isWord: true })));
    const usage = { data: { id, object: 'chat.completion.chunk', created: 0, model, choices: [], usage: usageOf(tokens) } };
    return [chunk({ role: 'assistant', content: '' }), ...words, chunk({}, finishOf(parts)), usage, { data: '[DONE]' }];
  },

  whole({ id, model, parts, tokens }) {
    const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const calls = parts.flatMap((part, index) => (part.type === 'tool' ? [callOf(part, index)] : []));
    const message = { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: calls }) };
    const choices = [{ index: 0, message, finish_reason: finishOf(parts) }];
    return { id, object: 'chat.completion', created: 0, model, choices, usage: usageOf(tokens) };
  },

  refusal(why) {
    if (why !== 'overflow') return { status: why, body: { error: { type: 'test_error', message: `the test ordered status ${why}` } } };
    const message = "This model's maximum context length is 128000 tokens. However, your messages resulted in 250000 tokens.";
    return { status: 400, body: { error: { message, type: 'invalid_request_error', code: 'context_length_exceeded' } } };
  },
};

function textsOf(content: z.infer<typeof contentSchema> | null | undefined): string[] {
  return typeof content === 'string' ? [content] : (content ?? []).map(({ text }) => text ?? '');
}

const finishOf = (parts: readonly AnswerPart[]): string => (parts.some(({ type }) => type === 'tool') ? 'tool_calls' : 'stop');

const usageOf = ({ input, output }: { readonly input: number; readonly output: number }): object => ({
  ...{ prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
});

function callOf(part: Extract<AnswerPart, { type: 'tool' }>, index: number): object {
  return { index, id: part.id, type: 'function', function: { name: part.name, arguments: JSON.stringify(part.input) } };
}

function deltasOf(part: AnswerPart, index: number): object[] {
  if (part.type === 'tool') return [{ tool_calls: [callOf(part, index)] }];
  return piecesOf(part.text).map((text) => (part.type === 'text' ? { content: text } : { reasoning_content: text }));
}

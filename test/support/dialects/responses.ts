import * as z from 'zod';
import { piecesOf, type AnswerPart, type Dialect, type ServerEvent } from './dialect.js';

const contentSchema = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);
const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: contentSchema.nullish().catch(undefined),
  output: contentSchema.optional().catch(undefined),
});
const bodySchema = z.looseObject({
  model: z.string().default('unknown'),
  stream: z.boolean().default(false),
  input: z.array(itemSchema).default([]),
  tools: z.array(z.looseObject({ name: z.string().optional() })).default([]),
});

/** 40 of the tokens in are cached. */
const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 110,
};

/** OpenAI's Responses. An answer uses 100 tokens in, of these 40 cached, and 10 out. */
export const responses: Dialect = {
  matches: (path) => path.endsWith('/responses'),

  read(body) {
    const { model, stream, input, tools } = bodySchema.parse(body);
    const last = input.at(-1);
    return {
      model,
      stream,
      texts: input.filter(({ role }) => role === 'user').flatMap(({ content }) => textsOf(content)),
      tools: tools.flatMap(({ name }) => name ?? []),
      result: last?.type?.endsWith('_call_output') === true ? textsOf(last.output).join('\n') : undefined,
    };
  },

  events({ id, model, parts }) {
    const output = parts.map((part, index) => itemOf(part, `${id}_${index}`));
    return [
      event('response.created', { response: { id, model } }),
      ...parts.flatMap((part, index) => partEvents(part, `${id}_${index}`, index)),
      event('response.completed', { response: { id, model, status: 'completed', output, usage } }),
    ];
  },

  whole: ({ id, model, parts }) => ({
    ...{ id, object: 'response', status: 'completed', model, usage },
    output: parts.map((part, index) => itemOf(part, `${id}_${index}`)),
  }),

  refusal(why, id) {
    if (why !== 'overflow') return { status: why, body: { error: { type: 'test_error', message: `the test ordered status ${why}` } } };
    const error = { code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model.' };
    return {
      events: [event('response.created', { response: { id } }), event('response.failed', { response: { id, status: 'failed', error } })],
    };
  },
};

const event = (name: string, data: object): ServerEvent => ({ name, data: { type: name, ...data } });

function textsOf(content: z.infer<typeof contentSchema> | null | undefined): string[] {
  return typeof content === 'string' ? [content] : (content ?? []).map(({ text }) => text ?? '');
}

function itemOf(part: AnswerPart, id: string): object {
  switch (part.type) {
    case 'text':
      return { type: 'message', id, role: 'assistant', content: [{ type: 'output_text', text: part.text, annotations: [] }] };
    case 'thinking':
      return { type: 'reasoning', id, summary: [{ type: 'summary_text', text: part.text }], encrypted_content: 'eA==' };
    case 'tool':
      return { type: 'function_call', id, call_id: part.id, name: part.name, arguments: JSON.stringify(part.input) };
  }
}

/** The events of an item, its text in small pieces. */
function partEvents(part: AnswerPart, id: string, index: number): ServerEvent[] {
  const words = (type: string, text: string, more: object): ServerEvent[] =>
    piecesOf(text).map((delta) => ({ ...event(type, { item_id: id, output_index: index, delta, ...more }), isWord: true }));
  const item = itemOf(part, id);
  const done = event('response.output_item.done', { output_index: index, item });
  switch (part.type) {
    case 'text': {
      const start = event('response.output_item.added', { output_index: index, item: { ...item, content: [] } });
      return [start, ...words('response.output_text.delta', part.text, { content_index: 0 }), done];
    }
    case 'thinking': {
      const start = event('response.output_item.added', { output_index: index, item: { ...item, summary: [] } });
      const opened = event('response.reasoning_summary_part.added', { item_id: id, output_index: index, summary_index: 0 });
      return [start, opened, ...words('response.reasoning_summary_text.delta', part.text, { summary_index: 0 }), done];
    }
    case 'tool':
      return [event('response.output_item.added', { output_index: index, item: { ...item, arguments: '' } }), done];
  }
}

import * as z from 'zod';
import { internalContext, piecesOf, type Answer, type AnswerPart, type Dialect, type ServerEvent } from './dialect.js';

const blockSchema = z.looseObject({ type: z.string(), text: z.string().optional(), content: z.unknown().optional() });
const bodySchema = z.looseObject({
  model: z.string().default('unknown'),
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(blockSchema)]) })).default([]),
  tools: z.array(z.looseObject({ name: z.string().optional() })).default([]),
  output_config: z
    .looseObject({ format: z.looseObject({ schema: z.looseObject({ properties: z.record(z.string(), z.unknown()) }) }).optional() })
    .optional(),
});

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

/** Anthropic's Messages. */
export const anthropic: Dialect = {
  matches: (path) => path.endsWith('/messages'),

  read(body) {
    const { model, stream, messages, tools, output_config: output } = bodySchema.parse(body);
    const blocksOf = (content: (typeof messages)[number]['content']) =>
      typeof content === 'string' ? [{ type: 'text', text: content, content: undefined }] : content;
    const user = messages.filter(({ role }) => role === 'user').flatMap(({ content }) => blocksOf(content));
    // OpenClaw puts what it knows of its own state after the tool's result.
    const last = messages.findLast(({ content }) => !blocksOf(content).every(({ text }) => text?.startsWith(internalContext)));
    const result = blocksOf(last?.content ?? []).find(({ type }) => type === 'tool_result')?.content;
    return {
      model,
      stream,
      // Each text is a prompt of its own: those of failed turns arrive together with the next.
      texts: user.flatMap(({ type, text }) => (type === 'text' ? [text ?? ''] : [])),
      tools: tools.flatMap(({ name }) => name ?? []),
      ...(output?.format && { fields: Object.keys(output.format.schema.properties) }),
      result: result === undefined ? undefined : typeof result === 'string' ? result : JSON.stringify(result),
    };
  },

  events({ id, model, parts, tokens }) {
    const usage = { input_tokens: tokens.input, output_tokens: 1 };
    const message = { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage };
    return [
      event('message_start', { message }),
      ...parts.flatMap((part, index) => partEvents(part, index)),
      event('message_delta', { delta: { stop_reason: stopOf(parts), stop_sequence: null }, usage: { output_tokens: tokens.output } }),
      event('message_stop', {}),
    ];
  },

  whole: ({ id, model, parts, tokens }: Answer) => ({
    ...{ id, type: 'message', role: 'assistant', model, content: parts.map(blockOf), stop_reason: stopOf(parts), stop_sequence: null },
    usage: { input_tokens: tokens.input, output_tokens: tokens.output },
  }),

  refusal: (why) => {
    const status = why === 'overflow' ? 400 : why;
    const message = why === 'overflow' ? 'prompt is too long: 250000 tokens > 200000 maximum' : `the test ordered status ${why}`;
    return { status, body: { type: 'error', error: { type: errorTypes[status] ?? 'api_error', message } } };
  },
};

const event = (name: string, data: object): ServerEvent => ({ name, data: { type: name, ...data } });

const stopOf = (parts: readonly AnswerPart[]): string => (parts.some(({ type }) => type === 'tool') ? 'tool_use' : 'end_turn');

function blockOf(part: AnswerPart): object {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'thinking') return { type: 'thinking', thinking: part.text, signature: 'c2lnbmVk' };
  return { type: 'tool_use', id: part.id, name: part.name, input: part.input };
}

/** The events of a block, its content in small pieces. */
function partEvents(part: AnswerPart, index: number): ServerEvent[] {
  const word = (delta: object): ServerEvent => ({ ...event('content_block_delta', { index, delta }), isWord: true });
  const around = (empty: object, deltas: readonly ServerEvent[]): ServerEvent[] => [
    event('content_block_start', { index, content_block: empty }),
    ...deltas,
    event('content_block_stop', { index }),
  ];
  switch (part.type) {
    case 'text':
      return around(
        { type: 'text', text: '' },
        piecesOf(part.text).map((text) => word({ type: 'text_delta', text })),
      );
    case 'thinking':
      return around({ type: 'thinking', thinking: '', signature: '' }, [
        ...piecesOf(part.text).map((thinking) => word({ type: 'thinking_delta', thinking })),
        word({ type: 'signature_delta', signature: 'c2lnbmVk' }),
      ]);
    case 'tool': {
      const pieces = piecesOf(JSON.stringify(part.input)).map((text) => word({ type: 'input_json_delta', partial_json: text }));
      return around({ type: 'tool_use', id: part.id, name: part.name, input: {} }, pieces);
    }
  }
}

import * as z from 'zod';

/** A message for a model of the editor: text alone is what its API takes. */
const modelMessageSchema = z.object({ role: z.enum(['user', 'assistant']), text: z.string() });
const editorModelSchema = z.object({ id: z.string(), title: z.string(), contextSize: z.number().optional() });

/**
 * One line a request the other way: the server sends it, and an editor that says so in its initialization options answers. It is
 * for what only an editor has.
 */
export const clientRequests = {
  /** The key that the person gave the editor for an agent. */
  'secrets/get': { params: z.object({ agent: z.string() }), result: z.object({ value: z.string().nullable() }) },
  'models/list': { params: z.object({}), result: z.object({ models: z.array(editorModelSchema) }) },
  /** Asks a model; what it says comes by `models/part` under the same `turn`. Cancelling the request stops it. */
  'models/answer': {
    params: z.object({ turn: z.string(), model: z.string(), messages: z.array(modelMessageSchema) }),
    result: z.object({ model: z.string().optional() }),
  },
} as const;

/** Extension to server. */
export const clientNotifications = {
  'models/part': z.object({ turn: z.string(), delta: z.string() }),
} as const;

/** What an editor says of itself when it starts the server: the requests that it answers. */
export const initializationSchema = z.object({ answers: z.array(z.string()).default([]) }).catch({ answers: [] });

export type ClientMethod = keyof typeof clientRequests;
export type ClientParams<M extends ClientMethod> = z.infer<(typeof clientRequests)[M]['params']>;
export type ClientResult<M extends ClientMethod> = z.infer<(typeof clientRequests)[M]['result']>;

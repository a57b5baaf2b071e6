import { issueWords } from '../core/config/issueWords.js';
import { SessionError } from '../model/errors.js';
import { requests, type Method } from '../protocol/requests.js';
import type { Handlers } from './handlers.js';

export const isMethod = (name: string): name is Method => Object.hasOwn(requests, name);

/** Parses what came over the wire, calls the handler of that method, and returns its result. Errors: `usage` for wrong params. */
export async function call(handlers: Handlers, method: Method, params: unknown, signal: AbortSignal): Promise<unknown> {
  const parsed = requests[method].params.safeParse(params ?? {});
  if (!parsed.success) {
    throw new SessionError('usage', `wrong params for ${method}: ${issueWords(parsed.error)}`);
  }
  // The table ties each method to its params; TypeScript cannot follow that through a variable method.
  const handler = handlers[method] as (params: unknown, signal: AbortSignal) => Promise<unknown>;
  return handler(parsed.data, signal);
}

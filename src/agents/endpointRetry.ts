import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { networkCode } from './endpointFailure.js';

/** How often a request is made again, and how long the first wait is, in milliseconds; each further one is twice as long. */
const retries = 3;
const firstWaitMs = 1000;
/** A server that wants to be left alone for longer is not waited for: the person is told. */
const longestWaitMs = 60_000;

const refusedSchema = z.looseObject({
  message: z.string(),
  statusCode: z.number().optional(),
  responseBody: z.string().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
});

/** What may be otherwise in a moment. That nothing listens, or that there is no such host, will not. */
const passing = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT']);

export interface Retried {
  readonly signal: AbortSignal;
  /** Whether some of the answer has come: the same request would bring another one. */
  readonly hasBegun: () => boolean;
  readonly notice: (text: string) => void;
  /** Instead of the first wait. */
  readonly waitMs?: number | undefined;
}

/** Makes a request again that was refused for now (429, 5xx) or did not come through, as long as nothing of its answer has come. */
export async function withRetries<T>(act: () => Promise<T>, { signal, hasBegun, notice, waitMs = firstWaitMs }: Retried): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      const why = hasBegun() || signal.aborted || attempt > retries ? undefined : whyAgain(error);
      const wait = why && (why.after ?? waitMs * 2 ** (attempt - 1));
      if (!why || wait === undefined || wait > longestWaitMs) throw error;
      notice(`The model ${why.says}: attempt ${attempt + 1} of ${retries + 1} follows in ${spanOf(wait)}`);
      await delay(wait, undefined, { signal });
    }
  }
}

const spanOf = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${Math.ceil(ms / 1000)} s`);

/** `after`: how long the server wants to be left alone, in milliseconds. */
function whyAgain(error: unknown): { readonly says: string; readonly after: number | undefined } | undefined {
  const refused = refusedSchema.safeParse(error).data;
  if (!refused) return undefined;
  const { statusCode: status, responseBody: body = '', responseHeaders: headers = {} } = refused;
  const code = networkCode(refused);
  if (code !== undefined) return passing.has(code) ? { says: 'could not be reached', after: undefined } : undefined;
  // An account that is empty stays so.
  const isSpent = /insufficient_quota|billing/i.test(body);
  if (status === undefined || isSpent || !(status === 429 || status >= 500)) return undefined;
  return { says: `answered ${status}`, after: waitOf(headers['retry-after']) };
}

/** Of a number of seconds, or a date. */
function waitOf(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(after.trim()) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.round(ms));
}

import * as z from 'zod';
import { messageOf, SessionError } from '../model/errors.js';
import { jsonOf } from '../model/json.js';
import type { Endpoint, Key } from './endpoint.js';
import { meaningOf } from './failureWords.js';

export interface Asked {
  readonly title: string;
  /** The agent's name in the config. */
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly key: Key;
  /** The model that was asked; absent when it was the endpoint itself. */
  readonly model?: string | undefined;
  /** Blanks the key. */
  readonly mask: (text: string) => string;
}

/** What the SDK throws when a request was refused, or could not be sent. */
const refusedSchema = z.looseObject({
  message: z.string(),
  statusCode: z.number().optional(),
  responseBody: z.string().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  cause: z.unknown().optional(),
});
type Refused = z.infer<typeof refusedSchema>;

const bodySchema = z.object({ error: z.union([z.string(), z.looseObject({ message: z.string() })]) });
const codeSchema = z.looseObject({ code: z.string() });
/** Longest words of an endpoint that a hint repeats: some answer with a page of HTML. */
const longestWords = 600;

/** Why an endpoint did not answer, in words. What was thrown is not handed on: it holds the request. */
export function endpointFailure(error: unknown, asked: Asked): SessionError {
  const parsed = refusedSchema.safeParse(error);
  const refused: Refused = parsed.success ? parsed.data : { message: messageOf(error) };
  const words = asked.mask(wordsOf(refused)).slice(0, longestWords);
  const { says, hint } = explain(refused, words, asked);
  return new SessionError('agent_failed', `${asked.title} ${says}`, { hint });
}

interface Explained {
  readonly says: string;
  readonly hint: string;
}

function explain(refused: Refused, words: string, { endpoint, name, key, model, title }: Asked): Explained {
  const { statusCode: status, responseHeaders: headers = {} } = refused;
  const said = words === '' ? '' : ` (${words})`;
  const network = networkCode(refused);
  if (network !== undefined) {
    return { says: `could not be reached at ${endpoint.url}`, hint: `${networkHints[network] ?? 'look at the network'}${said}` };
  }
  if (status !== undefined && status >= 300 && status < 400) {
    return { says: 'has moved', hint: `set agents.${name}.endpoint.url to its new address: ${headers['location'] ?? 'it names none'}` };
  }
  if (status === 401 || status === 403) {
    const why = key.value === undefined ? 'it has no key' : `the key from the ${key.from} was refused`;
    return { says: 'is not signed in', hint: `${why}: ${keyHint(endpoint)}${said}` };
  }
  if (status === 404) {
    const about = model === undefined ? '' : `, or has no model ${model}`;
    return {
      says: `does not know what it was asked${about}`,
      hint: `look at agents.${name}.endpoint.url, which mostly ends in /v1, and at the model's name${said}`,
    };
  }
  if (status === 429) {
    const after = headers['retry-after'];
    const wait = after !== undefined && /^\d+$/.test(after) ? `try again in ${after} s` : 'try again later, or with another model';
    return { says: 'has reached its rate limit', hint: `${wait}${said}` };
  }
  const meaning = meaningOf(words);
  if (meaning !== undefined) return { says: meaning, hint: words };
  if (status !== undefined && status >= 500) return { says: `has an error of its own (status ${status})`, hint: `try again${said}` };
  return {
    says: status === undefined ? 'answered with an error' : `refused the request (status ${status})`,
    hint: words === '' ? `the log of ${title} may tell more` : words,
  };
}

/** What to do about a key. */
export function keyHint({ key_env: variable }: Endpoint): string {
  const editor = '“Skein: Set Key for an Agent…” in VS Code keeps one';
  return variable === undefined
    ? `${editor}, or name its environment variable in key_env`
    : `set ${variable} in the environment; ${editor}`;
}

const networkHints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: start the server, or mend its address',
  ENOTFOUND: 'there is no such host: look at the address',
  EAI_AGAIN: 'the name could not be looked up: look at the network',
  ECONNRESET: 'the connection broke off: try again',
  UND_ERR_SOCKET: 'the connection broke off: try again',
  UND_ERR_CONNECT_TIMEOUT: 'nothing answers there: look at the address and the network',
  UND_ERR_HEADERS_TIMEOUT: 'it took longer than Skein waits: try again, or with a smaller model',
  UND_ERR_BODY_TIMEOUT: 'it fell silent in the middle: try again',
};

/** The code of a request that never came through: undici nests it. */
export function networkCode(refused: { readonly statusCode?: number | undefined }): string | undefined {
  if (refused.statusCode !== undefined) return undefined;
  for (let cause: unknown = refused, depth = 0; depth < 4; depth += 1) {
    const code = codeSchema.safeParse(cause).data?.code;
    if (code !== undefined && (Object.hasOwn(networkHints, code) || /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|.*_CERT(_.*)?)$/.test(code)))
      return code;
    cause = z.looseObject({ cause: z.unknown().optional() }).safeParse(cause).data?.cause;
  }
  return undefined;
}

/** What the endpoint itself said of it. */
function wordsOf({ message, responseBody }: Refused): string {
  const error = responseBody === undefined ? undefined : bodySchema.safeParse(jsonOf(responseBody)).data?.error;
  if (error !== undefined) return typeof error === 'string' ? error : error.message;
  const isPage = responseBody === undefined || /^\s*</.test(responseBody) || responseBody.trim() === '';
  return isPage ? message : responseBody;
}

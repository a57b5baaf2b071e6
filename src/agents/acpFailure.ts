import { RequestError } from '@agentclientprotocol/sdk/unstable';
import * as z from 'zod';
import { SessionError } from '../model/errors.js';
import { jsonOf } from '../model/json.js';
import type { ProcessEnd } from './agentProcess.js';
import { meaningOf } from './failureWords.js';

/** The agent answered with an error. Its own words are the hint. */
export function answeredError(agent: string, error: RequestError): SessionError {
  return saidError(agent, wordsOf(error), { cause: error, says: error.code === -32000 ? 'is not signed in' : undefined });
}

/** What an agent says went wrong, in our words where we know them; `says` where something else than its words tells. */
export function saidError(
  agent: string,
  words: string,
  about: { readonly cause?: unknown; readonly says?: string | undefined } = {},
): SessionError {
  const says = about.says ?? meaningOf(words);
  const hint = says === 'is not signed in' ? `sign in with the agent's own program or mend its key, then try again (${words})` : words;
  return new SessionError('agent_failed', `${agent} ${says ?? 'answered with an error'}`, { hint, cause: about.cause });
}

const failureSchema = z.looseObject({
  jetbrains: z.looseObject({
    air: z.looseObject({ sessionFailure: z.looseObject({ severity: z.string(), title: z.string(), category: z.string().optional() }) }),
  }),
});

/** What kinds of failure come to, where their words do not tell. */
const categories: Readonly<Record<string, string>> = { access: 'is not signed in', service: 'was failed by the model’s server' };

/** What a turn that ended like any other says that it failed of: codex-acp's errors are in `_meta`. */
export function failureIn(agent: string, { _meta }: { readonly _meta?: unknown }): SessionError | undefined {
  const failure = failureSchema.safeParse(_meta).data?.jetbrains.air.sessionFailure;
  if (failure?.severity !== 'error') return undefined;
  return saidError(agent, failure.title, { says: meaningOf(failure.title) ?? categories[failure.category ?? ''] });
}

/** An agent says that it does not know a session: by code, or in words. */
export function isUnknownSession(error: unknown): boolean {
  if (!(error instanceof RequestError)) return false;
  return (
    error.code === -32002 ||
    /not found|no conversation|no previous session|no rollout|unknown session|invalid session/i.test(wordsOf(error))
  );
}

/** An agent says that it cannot have the MCP servers that it was given: the protocol has no ability that would have told so. */
export function isOfMcpServers(error: unknown): boolean {
  return error instanceof RequestError && /\bmcp.?servers?\b/i.test(wordsOf(error));
}

/** There never was a process. */
export function startError(agent: string, why: string): SessionError {
  return new SessionError('agent_failed', `${agent} could not be started`, {
    hint: why,
  });
}

/** The process is gone. */
export function endedError(agent: string, { code, signal, lastWords }: ProcessEnd): SessionError {
  const how = code !== null ? ` (exit ${code})` : signal !== null ? ` (${signal})` : '';
  return new SessionError('agent_failed', `${agent} ended unexpectedly${how}`, {
    hint: lastWordsHint(lastWords),
  });
}

/** It runs and does not answer. */
export function silentError(agent: string, method: string, ms: number, lastWords: string): SessionError {
  return new SessionError('agent_failed', `${agent} did not answer ${method} within ${ms / 1000} s`, { hint: lastWordsHint(lastWords) });
}

/** It runs a turn, and nothing has come of it for so long that nothing will. */
export function mutedError(agent: string, ms: number, lastWords: string): SessionError {
  return new SessionError('agent_failed', `${agent} said nothing for ${spanOf(ms)} and was ended`, { hint: lastWordsHint(lastWords) });
}

/** A span of time for the person: `40 s`, `15 min`. */
export function spanOf(ms: number): string {
  return ms < 120_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} min`;
}

/** It answered something that is no answer. */
export function nonsenseError(agent: string, method: string, error: z.ZodError): SessionError {
  const hint = z.prettifyError(error);
  return new SessionError('agent_failed', `${agent} answered ${method} with something that is no answer`, { hint, cause: error });
}

function lastWordsHint(words: string): string {
  const end = words.split('\n').slice(-8).join('\n').slice(-1200);
  return end === '' ? 'it said nothing before; the log may tell more' : `its last words: ${end}`;
}

function wordsOf({ message, data }: RequestError): string {
  const details = detailsOf(data);
  const said = plainWords(message.replace(/^Internal error:?\s*/i, ''));
  return [said, details === said ? '' : details].filter((text) => text !== '').join(': ') || message || 'it did not say which';
}

/** What a model's API answered, which some agents hand on as it is, in its own words. */
function plainWords(text: string): string {
  const parsed = apiErrorSchema.safeParse(text.startsWith('{') ? jsonOf(text) : undefined);
  return parsed.success
    ? `${parsed.data.error.message}${parsed.data.error.code === undefined ? '' : ` (${parsed.data.error.code})`}`
    : text;
}

const apiErrorSchema = z.object({
  error: z.object({
    message: z.string(),
    code: z.union([z.number(), z.string()]).optional(),
  }),
});

function detailsOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (typeof data !== 'object' || data === null) return '';
  const { details, message, errorName } = data as Readonly<Record<string, unknown>>;
  return [details, message, errorName].find((text) => typeof text === 'string') ?? '';
}

import type { SessionError } from '../../model/errors.js';
import { saidError } from '../acpFailure.js';
import type { CodexTurnError } from './codexMessages.js';

/** What its words for an error come to, after its name; its own sentences do not always tell. */
const meanings: Readonly<Record<string, string>> = {
  unauthorized: 'is not signed in',
  contextWindowExceeded: 'cannot take more: the session is too long for the model',
  usageLimitExceeded: 'has reached its rate limit',
  rateLimitExceeded: 'has reached its rate limit',
  serverOverloaded: 'cannot be served: the model is overloaded',
  modelNotFound: 'does not have this model',
  internalServerError: 'was failed by the model’s server',
};
const statuses: Readonly<Record<number, string>> = { 401: 'is not signed in', 429: 'has reached its rate limit' };

/** Why a turn failed. */
export function codexFailure(title: string, { message, codexErrorInfo: info, additionalDetails }: CodexTurnError): SessionError {
  const words = [message, additionalDetails].filter((each) => typeof each === 'string' && each !== '').join(': ');
  return saidError(title, words, { says: meaningOf(info) });
}

function meaningOf(info: unknown): string | undefined {
  if (typeof info === 'string') return meanings[info];
  if (typeof info !== 'object' || info === null) return undefined;
  const [[name, details] = ['', undefined]] = Object.entries(info) as [string, unknown][];
  const status = typeof details === 'object' && details !== null && 'httpStatusCode' in details ? details.httpStatusCode : undefined;
  return (typeof status === 'number' ? statuses[status] : undefined) ?? meanings[name];
}

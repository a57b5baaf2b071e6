import { SessionError } from '../model/errors.js';
import { l10n } from './l10n.js';

/** A failure in words, and whether it is one of ours: expected, and told without the log. */
export interface FailureText {
  readonly message: string;
  readonly hint: string | undefined;
  readonly code: string;
}

/** Reads what a request was rejected with: a `ResponseError` with `data: {code, hint}`, a `SessionError`, or anything. */
export function failureText(error: unknown): FailureText {
  if (error instanceof SessionError) return { message: error.message, hint: error.hint, code: error.code };
  const message = error instanceof Error ? error.message : String(error);
  const data = dataOf(error);
  return { message: message === '' ? l10n.t('Something went wrong') : message, hint: data.hint, code: data.code ?? 'failed' };
}

/** The words of a notification: the message, a full stop where it has none, and the hint as a sentence. */
export function failureSentence({ message, hint }: FailureText): string {
  const first = sentence(message);
  return hint === undefined || hint === '' ? first : `${first} ${sentence(hint)}`;
}

function dataOf(error: unknown): { readonly code?: string | undefined; readonly hint?: string | undefined } {
  if (typeof error !== 'object' || error === null || !('data' in error)) return {};
  const { data } = error;
  if (typeof data !== 'object' || data === null) return {};
  return { code: textField(data, 'code'), hint: textField(data, 'hint') };
}

function textField(data: object, name: string): string | undefined {
  const value: unknown = Reflect.get(data, name);
  return typeof value === 'string' ? value : undefined;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.?:]$/.test(capital) ? capital : `${capital}.`;
}

/** What can go wrong, as a closed list: every surface turns a code into words and an exit status in one place. */
export const errorCodes = [
  'failed',
  'usage',
  'not_found',
  'ambiguous',
  'damaged',
  'busy',
  /** The right to write was taken by another: what is still written is set aside. */
  'fenced',
  'gone',
  'read_only',
  'disk_full',
  'newer_version',
  'untrusted',
  'agent_missing',
  'agent_failed',
  'unsupported',
  'over_budget',
  'denied',
  'interrupted',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface SessionErrorOptions {
  /** What the person can do about it: one sentence, no trailing full stop needed. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An expected failure. Anything else that is thrown is a bug and keeps its stack. */
export class SessionError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  constructor(code: ErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'SessionError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

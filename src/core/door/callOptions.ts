import type { PermissionMode } from '../../model/permissionMode.js';
import type { Reply } from '../../model/sessionTools.js';

/** The session whose agent asks for something. */
export interface Caller {
  readonly session: string;
  /** How many sessions stand between a person and its turn: 0 where a person wrote the prompt. */
  readonly depth: number;
  /** What it may do itself: nothing that it starts may do more. */
  readonly mode: PermissionMode | undefined;
}

export interface AnswerOptions {
  readonly reply: Reply;
  /** The session that is told of the answer: for `announce`. */
  readonly announceTo?: string | undefined;
  /** With `reply`: how long to wait. Default: until the end. */
  readonly timeoutMs?: number | undefined;
  /** Aborting gives up a message that still waits, and cancels the turn that is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Absent where a person sends. */
  readonly caller?: Caller | undefined;
}
export interface SendOptions extends AnswerOptions {
  readonly session: string;
  readonly message: string;
}
export interface SpawnOptions extends AnswerOptions {
  readonly prompt: string;
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
  readonly title?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Its parent, where nobody's agent asks for it. */
  readonly parent?: string | undefined;
}

import type { PermissionOption } from '../../model/turn.js';
import type { ToolQuestion } from './claudeLines.js';

/**
 * The answers to a question are for this call alone: what the program would keep for longer it writes into the folder's settings,
 * where nobody would look for it. Yes for the session and always are the core's, which can take them back.
 */
export const claudeOptions: readonly PermissionOption[] = [
  { id: 'allow', label: 'Allow', kind: 'allow_once' },
  { id: 'reject', label: 'Reject', kind: 'reject_once' },
];

/** The answer to the program. Only a person who chose to reject lets the turn go on. */
export function claudeAnswer({ input }: ToolQuestion, chosen: PermissionOption | undefined): object {
  if (chosen?.kind === 'allow_once') return { behavior: 'allow', updatedInput: input };
  return { behavior: 'deny', message: 'The user refused this.', interrupt: chosen === undefined };
}

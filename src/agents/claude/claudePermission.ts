import type { PermissionOption } from '../../model/turn.js';
import type { ToolQuestion } from './claudeLines.js';

/** One choice, with what it means to the program. */
export interface ClaudeOption extends PermissionOption {
  /** What a yes changes beyond this call. */
  readonly permissions?: readonly object[];
  /** It lets all further edits in the folder through. */
  readonly edits?: boolean;
}

/**
 * The choices for a question: once, for the session, always, or not. The program suggests what would keep it from asking again:
 * rules, which it would write into the folder's local settings, or letting edits through.
 */
export function claudeOptions(question: ToolQuestion): ClaudeOption[] {
  const suggested = question.suppress_always_allow_rule === true ? [] : (question.permission_suggestions ?? []);
  const rules = suggested.filter(({ type, behavior }) => type === 'addRules' && behavior === 'allow');
  const edits = suggested.find(({ type, mode }) => type === 'setMode' && mode === 'acceptEdits');
  return [
    { id: 'allow', label: 'Allow', kind: 'allow_once' },
    ...sessionOptions(rules, edits),
    ...(rules.length > 0 ? [{ id: 'always', label: 'Always allow', kind: 'allow_always' as const, permissions: rules }] : []),
    { id: 'reject', label: 'Reject', kind: 'reject_once' },
  ];
}

function sessionOptions(rules: readonly object[], edits: object | undefined): ClaudeOption[] {
  const option = { id: 'session', kind: 'allow_session' as const };
  if (rules.length > 0) {
    const permissions = rules.map((rule) => ({ ...rule, destination: 'session' }));
    return [{ ...option, label: 'Allow for this session', permissions }];
  }
  return edits ? [{ ...option, label: 'Allow all edits for this session', permissions: [edits], edits: true }] : [];
}

/** The answer to the program: the chosen option's, or a no. Only a person who chose to reject lets the turn go on. */
export function claudeAnswer(question: ToolQuestion, chosen: ClaudeOption | undefined): object {
  if (chosen?.kind.startsWith('allow') === true) {
    const updatedPermissions = chosen.permissions;
    return { behavior: 'allow', updatedInput: question.input, ...(updatedPermissions && { updatedPermissions }) };
  }
  return { behavior: 'deny', message: 'The user refused this.', interrupt: chosen === undefined };
}

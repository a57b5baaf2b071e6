import type { PermissionOption } from '../../model/turn.js';
import type { CodexQuestion } from './codexMessages.js';

/** The person's choice in our words; `cancel` where the turn was stopped or nobody answered. */
export type CodexChoice = 'once' | 'session' | 'reject' | 'cancel';

/** A kind of question: how it is put, and how each choice is answered. */
export interface CodexAsking {
  readonly title: (question: CodexQuestion) => string;
  /** Whether a yes for the session can be said. */
  readonly session: boolean;
  readonly answer: (choice: CodexChoice, question: CodexQuestion) => object;
}

const decisions: Readonly<Record<CodexChoice, string>> = {
  once: 'accept',
  session: 'acceptForSession',
  // The turn goes on, and the model is told.
  reject: 'decline',
  cancel: 'cancel',
};
const isYes = (choice: CodexChoice): boolean => choice === 'once' || choice === 'session';

const questions: Readonly<Record<string, CodexAsking>> = {
  'item/commandExecution/requestApproval': {
    title: ({ reason, command }) => reason ?? command ?? 'Run a command',
    session: true,
    answer: (choice) => ({ decision: decisions[choice] }),
  },
  'item/fileChange/requestApproval': {
    title: ({ reason }) => reason ?? 'Edit files',
    session: true,
    answer: (choice) => ({ decision: decisions[choice] }),
  },
  'item/permissions/requestApproval': {
    title: ({ reason }) => reason ?? 'Allow more',
    session: true,
    answer: (choice, { permissions }) => ({
      permissions: isYes(choice) ? permissions : {},
      scope: choice === 'session' ? 'session' : 'turn',
    }),
  },
  // So an MCP server's tool is asked for; a form that wants words cannot be filled in here.
  'mcpServer/elicitation/request': {
    title: ({ message }) => message ?? 'Use a tool of an MCP server',
    session: false,
    answer: (choice, { requestedSchema }) => {
      if ((requestedSchema?.required ?? []).length > 0) return { action: 'cancel', content: null, _meta: null };
      return {
        action: isYes(choice) ? 'accept' : choice === 'reject' ? 'decline' : 'cancel',
        content: isYes(choice) ? {} : null,
        _meta: null,
      };
    },
  },
};

/** What the app-server asks, by method. */
export const codexQuestions: ReadonlyMap<string, CodexAsking> = new Map(Object.entries(questions));

export function codexOptions({ session }: CodexAsking): PermissionOption[] {
  return [
    { id: 'once', label: 'Allow', kind: 'allow_once' },
    ...(session ? [{ id: 'session', label: 'Allow for this session', kind: 'allow_session' as const }] : []),
    { id: 'reject', label: 'Reject', kind: 'reject_once' },
  ];
}

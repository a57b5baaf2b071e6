import type { PermissionRule } from '../model/permissionRule.js';
import { agentTitle } from './agentTitle.js';
import { l10n } from './l10n.js';

/** What a rule lets an agent do, as `skein rules` has it: `Claude may execute: npm test`. */
export function ruleLabel({ agent, kind, subject }: PermissionRule): string {
  const who = agentTitle(agent);
  return subject === undefined ? l10n.t('{0} may {1} files', who, kind) : l10n.t('{0} may {1}: {2}', who, kind, inOneLine(subject));
}

/** How far it reaches; `title` is that of the session it holds for, where that is known. */
export function ruleReach({ session }: PermissionRule, title: string | undefined): string {
  if (session === undefined) return l10n.t('in this folder');
  return title === undefined ? l10n.t('in session {0}', session.slice(0, 8)) : l10n.t('in session “{0}”', inOneLine(title));
}

/** A command is shown to the letter: what looks like an icon's name is none. */
const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('$(', '\\$(');

import { SessionError } from '../model/errors.js';
import { l10n } from './l10n.js';

/** Why a model of VS Code did not answer. `code` is that of a `LanguageModelError`; what an extension threw comes without one. */
export function languageModelFailure({ code, message }: { readonly code: string; readonly message: string }, model: string): SessionError {
  switch (code) {
    case 'NoPermissions':
      return new SessionError('agent_failed', l10n.t('Skein may not use {0}', model), {
        hint: l10n.t('allow it with “Manage Language Model Access…”, and see that you are signed in'),
      });
    case 'NotFound':
      return new SessionError('agent_failed', l10n.t('VS Code has no model {0} any more', model), { hint: l10n.t('choose another model') });
    case 'Blocked':
      return new SessionError('agent_failed', l10n.t('{0} refused to answer: a filter or a limit stopped it', model), { hint: message });
    default:
      return new SessionError('agent_failed', l10n.t('{0} did not answer', model), { hint: message });
  }
}

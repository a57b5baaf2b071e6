import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import { l10n } from './l10n.js';
import type { ServerAnswers } from './sessionClient.js';

/** The editor's own language models, for the server. */
export function modelAnswers(): Pick<ServerAnswers, 'models/list' | 'models/answer'> {
  return {
    'models/list': async () => ({
      models: (await vscode.lm.selectChatModels()).map((model) => ({
        id: model.id,
        title: model.name,
        contextSize: model.maxInputTokens,
      })),
    }),

    'models/answer': async ({ turn, model: id, messages }, token, notify) => {
      const [model] = await vscode.lm.selectChatModels({ id });
      if (!model) {
        throw new SessionError('agent_failed', l10n.t('VS Code has no model {0}', id), { hint: l10n.t('choose another model') });
      }
      try {
        const options = { justification: l10n.t('A Skein session is answered by this model.') };
        const response = await model.sendRequest(messages.map(chatMessage), options, token);
        for await (const part of response.stream) {
          // Awaited: what is sent must be there before the answer's end is.
          if (part instanceof vscode.LanguageModelTextPart) await notify('models/part', { turn, delta: part.value });
        }
        return { model: model.id };
      } catch (error) {
        throw error instanceof vscode.LanguageModelError ? inWords(error, model.name) : error;
      }
    },
  };
}

const chatMessage = ({ role, text }: { readonly role: 'user' | 'assistant'; readonly text: string }): vscode.LanguageModelChatMessage =>
  role === 'user' ? vscode.LanguageModelChatMessage.User(text) : vscode.LanguageModelChatMessage.Assistant(text);

function inWords(error: vscode.LanguageModelError, model: string): SessionError {
  switch (error.code) {
    case vscode.LanguageModelError.NoPermissions.name:
      return new SessionError('agent_failed', l10n.t('Skein may not use {0}', model), {
        hint: l10n.t('allow it with “Manage Language Model Access…”, and see that you are signed in'),
      });
    case vscode.LanguageModelError.NotFound.name:
      return new SessionError('agent_failed', l10n.t('VS Code has no model {0} any more', model), { hint: l10n.t('choose another model') });
    case vscode.LanguageModelError.Blocked.name:
      return new SessionError('agent_failed', l10n.t('{0} refused to answer: a filter or a limit stopped it', model), {
        hint: error.message,
      });
    default:
      return new SessionError('agent_failed', l10n.t('{0} did not answer', model), { hint: error.message });
  }
}

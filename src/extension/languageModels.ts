import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import { l10n } from './l10n.js';
import { languageModelFailure } from './languageModelFailure.js';
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
        throw error instanceof vscode.LanguageModelError ? languageModelFailure(error, model.name) : error;
      }
    },
  };
}

const chatMessage = ({ role, text }: { readonly role: 'user' | 'assistant'; readonly text: string }): vscode.LanguageModelChatMessage =>
  role === 'user' ? vscode.LanguageModelChatMessage.User(text) : vscode.LanguageModelChatMessage.Assistant(text);

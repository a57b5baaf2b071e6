import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { AgentConnection, AgentInfo } from './agent.js';
import { connectChat } from './chatAgent.js';
import type { ChatModel, OfferedModel } from './chatModel.js';
import type { KeyPlaces } from './endpoint.js';

/** What an editor does for agents. */
export interface Editor {
  readonly secret: NonNullable<KeyPlaces['secret']>;
  /** Its own language models. */
  readonly models: ChatModel;
}

export const editorAgentName = 'vscode';
const title = 'VS Code models';

/** How long a list of agents waits for the editor's models. */
const listMs = 3_000;

/** The editor's models as an agent; `undefined` where it has none. */
export async function editorInfo(editor: Editor | undefined): Promise<AgentInfo | undefined> {
  // A list of agents is worth more than the word that this one could not be asked.
  const models: readonly OfferedModel[] = (await editor?.models.offered(AbortSignal.timeout(listMs)).catch(() => [])) ?? [];
  return models.length === 0 ? undefined : { name: editorAgentName, title, demo: false, from: 'editor', can: ['models'] };
}

export async function connectEditor(editor: Editor | undefined, logger: Logger): Promise<AgentConnection> {
  if (!editor) {
    throw new SessionError('agent_failed', 'the models of VS Code answer inside VS Code alone', {
      hint: 'go on with this session there, or hand it to another agent with --backend',
    });
  }
  const models = await editor.models.offered(AbortSignal.timeout(listMs)).catch((error: unknown) => {
    logger.warn(`${title}: ${messageOf(error)}`);
    return [];
  });
  if (models.length === 0) {
    throw new SessionError('agent_failed', 'VS Code has no language model here', {
      hint: 'install an extension that brings some, such as GitHub Copilot, and sign in; or choose another agent',
    });
  }
  const info: AgentInfo = { name: editorAgentName, title, demo: false, from: 'editor', can: ['models'] };
  return connectChat({ info, chat: editor.models, model: undefined, logger });
}

import { randomUUID } from 'node:crypto';
import { CancellationTokenSource, type Connection } from 'vscode-languageserver/node';
import type { ChatModel } from '../core/workspace.js';
import { textOf } from '../model/contentText.js';
import { clientNotifications } from '../protocol/clientRequests.js';
import type { EditorRequests } from './editorRequests.js';

/** The editor's own language models, asked through the editor: it holds the person's consent and account. */
export function editorModels(editor: EditorRequests, connection: Connection): ChatModel {
  const listening = new Map<string, (delta: string) => void>();
  connection.onNotification('models/part', (params: unknown) => {
    const { turn, delta } = clientNotifications['models/part'].parse(params);
    listening.get(turn)?.(delta);
  });
  return {
    unchosen: 'first',
    thinks: false,
    async offered(signal) {
      if (!editor.answers('models/list')) return [];
      // The editor cannot be told to stop looking, so it is not waited for.
      const late = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true }),
      );
      return (await Promise.race([editor.ask('models/list', {}), late])).models;
    },
    async answer({ model, messages, signal, update }) {
      const turn = randomUUID();
      listening.set(turn, (delta) => update({ kind: 'text', delta }));
      try {
        const sent = messages.map(({ role, content }) => ({ role, text: textOf(content) }));
        const answer = await editor.ask('models/answer', { turn, model, messages: sent }, tokenOf(signal));
        return { stop_reason: 'end_turn', model: answer.model };
      } finally {
        listening.delete(turn);
      }
    },
  };
}

function tokenOf(signal: AbortSignal): CancellationTokenSource['token'] {
  const source = new CancellationTokenSource();
  if (signal.aborted) source.cancel();
  signal.addEventListener('abort', () => source.cancel(), { once: true });
  return source.token;
}

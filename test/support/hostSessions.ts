import type { SessionRow } from '../../src/model/row.js';
import type { Method, Params, Result } from '../../src/protocol/requests.js';
import type { Host } from './host.js';
import { until } from './until.js';

/** Asks the extension's API, as another extension would; activates it when it is not yet. */
export async function request<M extends Method>(host: Host, method: M, params: Params<M>): Promise<Result<M>> {
  // JSON there and back is what the protocol is made of.
  const answer = await host.evaluate(
    async (vscode, [name, sent]) => {
      const extension = vscode.extensions.getExtension('skein.skein');
      const api = (await extension?.activate()) as { request(method: unknown, params: unknown): Promise<unknown> };
      return api.request(name, sent);
    },
    [method, params] as const,
  );
  return answer as Result<M>;
}

/** The sessions that VS Code lists for a folder. */
export async function listed(host: Host, folder = host.workspace): Promise<readonly SessionRow[]> {
  return (await request(host, 'sessions/list', { folder })).rows;
}

/** Starts a session with an agent, the demo unless said, lets it answer one prompt, and gives its row. */
export async function startSession(
  host: Host,
  prompt: string,
  { title = prompt, folder = host.workspace, backend = 'demo' } = {},
): Promise<SessionRow> {
  const { id } = await request(host, 'sessions/create', { folder, backend, title });
  await request(host, 'turn/start', { folder, id, content: [{ type: 'text', text: prompt }], mode: 'ask' });
  return until(`the answer to “${prompt}”`, async () => {
    const { row, running } = await request(host, 'sessions/get', { folder, id });
    return !running && !row.running && row;
  });
}

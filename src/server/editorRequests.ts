import { ResponseError, type CancellationToken, type Connection } from 'vscode-languageserver/node';
import * as z from 'zod';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import {
  clientRequests,
  initializationSchema,
  type ClientMethod,
  type ClientParams,
  type ClientResult,
} from '../protocol/clientRequests.js';
import { errorDataSchema } from '../protocol/requests.js';

/** The requests that the server sends the editor. Which ones it answers is known once it has introduced itself. */
export class EditorRequests {
  readonly #connection: Connection;
  #answers: readonly string[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  introduce(initializationOptions: unknown): void {
    this.#answers = initializationSchema.parse(initializationOptions).answers;
  }

  answers(method: ClientMethod): boolean {
    return this.#answers.includes(method);
  }

  /** Asks, and parses the answer. What the editor rejects it with comes as a `SessionError`. */
  async ask<M extends ClientMethod>(method: M, params: ClientParams<M>, token?: CancellationToken): Promise<ClientResult<M>> {
    const { result } = clientRequests[method];
    // A token that is not there must not be sent: it would be a second parameter.
    const answer = token ? this.#connection.sendRequest(method, params, token) : this.#connection.sendRequest(method, params);
    return result.parse(await answer.catch(asSessionError)) as ClientResult<M>;
  }
}

/** The key that the editor keeps for an agent; none where it keeps no keys, or cannot get at them now. */
export async function editorSecret(editor: EditorRequests, agent: string, logger: Logger): Promise<string | undefined> {
  if (!editor.answers('secrets/get')) return undefined;
  try {
    return (await editor.ask('secrets/get', { agent })).value ?? undefined;
  } catch (error) {
    logger.warn(`the editor's key for ${agent} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

function asSessionError(error: unknown): never {
  const { data } = error instanceof ResponseError ? errorSchema.parse(error) : {};
  if (!data || !(error instanceof Error)) throw error;
  throw new SessionError('agent_failed', error.message, { hint: data.hint });
}

const errorSchema = z.looseObject({ data: errorDataSchema.optional().catch(undefined) });

import * as z from 'zod';
import { messageOf, SessionError } from '../../model/errors.js';
import { startError } from '../acpFailure.js';
import type { AgentConnection, ForkPoint, McpProgram, SessionOptions } from '../agent.js';
import { defaultLimits, type Limits } from '../agentLimits.js';
import type { AgentStart } from '../agentStart.js';
import { CodexLink } from './codexLink.js';
import { codexHistorySchema, codexModelsSchema, codexThreadSchema, type CodexModel } from './codexMessages.js';
import { CodexSession } from './codexSession.js';
import { CodexSettings } from './codexSettings.js';

/** How long it may take to list its models, in milliseconds. */
const modelsMs = 10_000;

/** Codex through its own `codex app-server`: one process, with the session as a thread in it. */
export async function connectCodex(start: AgentStart): Promise<AgentConnection> {
  const limits = { ...defaultLimits, ...start.limits };
  const link = startLink(start);
  try {
    const clientInfo = { name: 'skein', title: 'Skein', version: '1' };
    await link.request('initialize', { clientInfo, capabilities: { experimentalApi: true } }, z.unknown(), limits.start);
    link.notify('initialized');
    return connectionOf(link, start, await modelsOf(link, start), limits);
  } catch (error) {
    await link.process.stop(300);
    throw error;
  }
}

function startLink({ command, cwd, logger }: AgentStart): CodexLink {
  try {
    return new CodexLink(command.title, { ...command, cwd, logger });
  } catch (error) {
    // Most failures to start come as an event; some, such as a `.cmd` on Windows, are thrown.
    throw startError(command.title, messageOf(error));
  }
}

/** A Codex that cannot list its models still answers with its own. */
async function modelsOf(link: CodexLink, { logger }: AgentStart): Promise<readonly CodexModel[]> {
  try {
    return (await link.request('model/list', { limit: 100 }, codexModelsSchema, modelsMs)).data;
  } catch (error) {
    if (!link.process.running) throw error;
    logger.warn(`${link.title}: its models are not known: ${messageOf(error)}`);
    return [];
  }
}

function connectionOf(link: CodexLink, { info, logger }: AgentStart, models: readonly CodexModel[], limits: Limits): AgentConnection {
  const open = async (method: string, params: object, options: SessionOptions): Promise<CodexSession> => {
    const settings = new CodexSettings(link.title, models, options.mode);
    settings.setModel(options.model);
    const asked = { ...params, ...settings.thread, cwd: options.cwd, config: { mcp_servers: serversOf(options.mcp ?? []) } };
    const { thread, model } = await link.request(method, asked, codexThreadSchema, limits.open).catch(unknownThread);
    settings.setModel(options.model ?? model ?? undefined);
    return new CodexSession({ id: thread.id, link, settings, logger, limits });
  };
  const unknownThread = (error: unknown): never => {
    const isUnknown = error instanceof SessionError && /no rollout|not found|unknown thread|invalid thread/i.test(error.hint ?? '');
    if (!isUnknown) throw error;
    throw new SessionError('not_found', `${link.title} does not know this session any more`, { hint: error.hint, cause: error });
  };
  return {
    info,
    exclusive: true,
    create: (options) => open('thread/start', {}, options),
    resume: (threadId, options) => open('thread/resume', { threadId, excludeTurns: true }, options),
    fork: (threadId, options) => open('thread/fork', { threadId, excludeTurns: true }, options),
    forkAt: async (threadId, point, options) => {
      const lastTurnId = await turnWith(link, threadId, point, limits.open).catch(unknownThread);
      return open('thread/fork', { threadId, lastTurnId, excludeTurns: true }, options);
    },
    closed: link.process.ended,
    dispose: () => link.process.stop(),
  };
}

/** The turn that the message belongs to: a fork begins after a turn. */
async function turnWith(link: CodexLink, threadId: string, { messageId }: ForkPoint, ms: number): Promise<string> {
  const { thread } = await link.request('thread/read', { threadId, includeTurns: true }, codexHistorySchema, ms);
  const turn = thread.turns.find(({ items }) => items.some(({ id }) => id === messageId));
  if (turn) return turn.id;
  throw new SessionError('not_found', `${link.title} does not know this message`, { hint: 'the history is given to it instead' });
}

function serversOf(mcp: readonly McpProgram[]): object {
  return Object.fromEntries(mcp.map(({ name, command, args, env }) => [name, { command, args, env }]));
}

import type { AgentCatalog, AgentConnection, AgentSession, McpProgram } from '../../agents/agent.js';
import type { ContentBlock, Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import type { SessionRecord } from '../../model/record.js';
import type { PermissionMode } from '../../model/permissionMode.js';
import type { ThinkingLevel } from '../../model/thinkingLevel.js';
import { replayMessages } from '../../model/replayMessages.js';
import { replayText } from '../../model/replayText.js';
import { replayView } from '../../model/replayView.js';
import type { NativeFork } from './turnPlan.js';
import { useSettings } from './turnSettings.js';
import type { WarmAgent } from './warmAgents.js';

export interface OpenAgentRequest {
  readonly record: SessionRecord;
  readonly backend: string;
  readonly cwd: string;
  readonly mode: PermissionMode;
  readonly model: string | undefined;
  readonly fallbacks: readonly string[];
  readonly thinking: ThinkingLevel | undefined;
  /** The transcript before this turn. */
  readonly history: readonly Entry[];
  /** What of it is told to an agent that has not got it. */
  readonly replayed: readonly Entry[];
  /** Turns that are replayed; 0 is all. */
  readonly historyLimit: number;
  /** Tokens of history for an agent that cannot resume; up to 1 a part of what its model holds. */
  readonly replayTokens: number;
  /** Tokens that this agent's model was seen to hold. */
  readonly contextSize: number | undefined;
  /** What to fork at the agent, where this is a fork that has said nothing yet. */
  readonly forkOf: NativeFork | undefined;
  readonly mcp: readonly McpProgram[];
  /** Content with the bytes of its pictures, for a model that is told of them. */
  readonly withPictures: (content: readonly ContentBlock[]) => Promise<readonly ContentBlock[]>;
  /** What the agent's process gets on top of our environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly notice: (level: 'info' | 'warning', text: string) => void;
}

export interface OpenedAgent extends WarmAgent {
  /** The conversation so far as text, for an agent that has not got it; empty otherwise. */
  readonly replay: string;
}

/**
 * Starts the session's agent and brings the conversation into it: by the agent's own resume or fork where it can, else in a
 * new session that is told the history. Says which by a notice. Leaves no process behind when it fails.
 */
export async function openAgent(catalog: AgentCatalog, request: OpenAgentRequest): Promise<OpenedAgent> {
  const { backend, cwd, logger, env } = request;
  const connection = await catalog.connect(backend, { cwd, logger, env });
  try {
    const native = (await resumed(connection, request)) ?? (await forked(connection, request));
    const session = native ?? (await connection.create(optionsOf(request)));
    await useSettings(connection, session, request);
    return { connection, session, backend, cwd, replay: native ? '' : await replayFor(connection, session, request) };
  } catch (error) {
    await connection.dispose();
    throw error;
  }
}

const optionsOf = ({ cwd, mode, mcp }: OpenAgentRequest) => ({ cwd, mode, mcp });

async function resumed(connection: AgentConnection, request: OpenAgentRequest): Promise<AgentSession | undefined> {
  const { record, backend, notice } = request;
  const id = record.backend === backend ? record.backend_session_id : undefined;
  if (id === undefined || !connection.resume) return undefined;
  const options = { ...optionsOf(request), spent_usd: spentBy(backend, request.history) };
  const session = await orTold(connection.resume(id, options), connection, 'resume', request);
  if (session) notice('info', `${connection.info.title} resumed its own session`);
  return session;
}

/**
 * What the agent's own session has cost so far, in US dollars: agents report a running total, which goes on over a resume.
 * `undefined` where a part of it is not known, or was another session's.
 */
function spentBy(backend: string, history: readonly Entry[]): number | undefined {
  const answers = history.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'assistant' ? [entry] : []));
  const own = answers.slice(answers.findLastIndex((answer) => answer.backend !== backend) + 1);
  let spent = 0;
  for (const { usage, inherited, stop_reason: end } of own) {
    // The last message of a turn tells for all of it.
    if (usage === undefined && inherited === undefined && end === undefined) continue;
    if (typeof usage?.cost_usd !== 'number') return undefined;
    spent += usage.cost_usd;
  }
  return spent;
}

async function forked(connection: AgentConnection, request: OpenAgentRequest): Promise<AgentSession | undefined> {
  const { forkOf, notice } = request;
  const options = optionsOf(request);
  const forking = forkOf && (forkOf.at ? connection.forkAt?.(forkOf.id, forkOf.at, options) : connection.fork?.(forkOf.id, options));
  if (!forking) return undefined;
  const session = await orTold(forking, connection, 'fork', request);
  if (session) notice('info', `${connection.info.title} forked its own session`);
  return session;
}

/** An agent that has lost a session can still be told of it; a mode that it has not got must not turn into another. */
async function orTold(
  opening: Promise<AgentSession>,
  connection: AgentConnection,
  verb: string,
  { notice, logger }: OpenAgentRequest,
): Promise<AgentSession | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof SessionError) || error.code === 'unsupported') throw error;
    logger.warn(`${connection.info.title} could not ${verb}: ${error.message}`);
    notice('warning', `${connection.info.title} could not ${verb} its own session: ${error.message}`);
    return undefined;
  }
}

/** What a model holds where nobody has said: small enough for any that is used as an agent. */
const usualContext = 128_000;

async function replayFor(connection: AgentConnection, session: AgentSession, request: OpenAgentRequest): Promise<string> {
  const { replayed, historyLimit, replayTokens, notice } = request;
  const size = session.contextSize ?? request.contextSize ?? usualContext;
  const tokens = replayTokens > 1 ? replayTokens : Math.floor(size * replayTokens);
  const view = replayView(replayed, { tokens, turns: historyLimit });
  if (session.recall) {
    const messages = await Promise.all(
      replayMessages(view).map(async (message) => ({ ...message, content: await request.withPictures(message.content) })),
    );
    session.recall(messages);
    if (messages.length > 0) notice('info', `The conversation so far was given to ${connection.info.title}`);
    return '';
  }
  const text = replayText(view);
  if (text !== '') notice('info', `The conversation so far was given to ${connection.info.title} as text`);
  return text;
}

import * as acp from '@agentclientprotocol/sdk/unstable';
import * as z from 'zod';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { isOfMcpServers, isUnknownSession, startError } from './acpFailure.js';
import { AcpLink } from './acpLink.js';
import { AcpSession } from './acpSession.js';
import { sessionStateSchema } from './acpSettings.js';
import type { AgentCommand, AgentConnection, AgentInfo, AgentSession, ForkPoint, McpProgram, SessionOptions } from './agent.js';
import { defaultLimits, type Limits } from './agentLimits.js';

export interface AcpOptions {
  /** Its `env` is the whole environment of the process; see `agentEnvironment`. */
  readonly command: AgentCommand;
  readonly info: AgentInfo;
  readonly cwd: string;
  readonly logger: Logger;
  /** Whether `session/load` may stand in for `session/resume`. An agent that loses sessions by it says no. Default yes. */
  readonly mayLoad?: boolean | undefined;
  /** Puts a line of the agent's right, before it is read. */
  readonly mend?: ((line: string) => string) | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** `_meta` of what we say that we can do, for an agent that gives more to who asks for it. */
  readonly clientMeta?: Readonly<Record<string, unknown>> | undefined;
  /** `_meta` of `session/fork` for a fork at a message, which the protocol has not got. */
  readonly forkMeta?: ((messageId: string) => Readonly<Record<string, unknown>>) | undefined;
}

const ability = z.looseObject({}).nullish().catch(undefined);
const initializeSchema = z.looseObject({
  protocolVersion: z.number(),
  agentCapabilities: z
    .looseObject({
      loadSession: z.boolean().optional().catch(undefined),
      promptCapabilities: z.object({ image: z.boolean().optional(), embeddedContext: z.boolean().optional() }).optional().catch(undefined),
      sessionCapabilities: z.looseObject({ resume: ability, fork: ability }).optional().catch(undefined),
    })
    .optional(),
  agentInfo: z.looseObject({ version: z.string() }).nullish().catch(undefined),
});
type Initialized = z.infer<typeof initializeSchema>;

/** Starts an ACP agent and shakes hands. Rejects with `agent_failed`, and leaves no process, when that does not work. */
export async function connectAcp(options: AcpOptions): Promise<AgentConnection> {
  const limits = { ...defaultLimits, ...options.limits };
  const { command } = options;
  const link = startLink(options);
  try {
    const hello = await link.request(acp.methods.agent.initialize, handshake(options.clientMeta), initializeSchema, limits.start);
    if (hello.protocolVersion !== acp.PROTOCOL_VERSION) {
      const hint = `it speaks version ${hello.protocolVersion} of the Agent Client Protocol, Skein version ${acp.PROTOCOL_VERSION}`;
      throw new SessionError('agent_failed', `${command.title} is too old or too new`, { hint });
    }
    return connectionOf(link, hello, options, limits);
  } catch (error) {
    await link.process.stop(300);
    throw error;
  }
}

function startLink({ command, cwd, logger, mend }: AcpOptions): AcpLink {
  try {
    return new AcpLink(command.title, { ...command, cwd, logger }, mend);
  } catch (error) {
    // Most failures to start come as an event; some, such as a `.cmd` on Windows, are thrown.
    throw startError(command.title, messageOf(error));
  }
}

/** No file or terminal abilities: agents have their own, and gemini fails to make new files through a client's. */
function handshake(meta: AcpOptions['clientMeta']): object {
  return {
    protocolVersion: acp.PROTOCOL_VERSION,
    clientCapabilities: {
      fs: { readTextFile: false, writeTextFile: false },
      terminal: false,
      // Else codex-acp says its warnings as chat.
      session: { notices: {} },
      ...(meta && { _meta: meta }),
    },
    clientInfo: { name: 'skein', version: '1' },
  };
}

function connectionOf(link: AcpLink, hello: Initialized, options: AcpOptions, limits: Limits): AgentConnection {
  const { loadSession, promptCapabilities: can, sessionCapabilities } = hello.agentCapabilities ?? {};
  const { methods } = acp;
  const { forkMeta } = options;

  const open = async (method: string, id: string | undefined, settings: SessionOptions, meta?: object): Promise<AgentSession> => {
    const mcpServers = (settings.mcp ?? []).map(mcpServer);
    const params = { cwd: settings.cwd, mcpServers, ...(id !== undefined && { sessionId: id }), ...(meta && { _meta: meta }) };
    const ask = (what: object) => link.request(method, what, sessionStateSchema.nullish(), limits.open);
    const asked = ask(params).catch((error: unknown) => {
      if (mcpServers.length === 0 || !(error instanceof SessionError) || !isOfMcpServers(error.cause)) throw error;
      options.logger.warn(`${link.title} takes no MCP servers, and works without Skein's: ${error.hint ?? ''}`);
      return ask({ ...params, mcpServers: [] });
    });
    const state = await asked.catch((error: unknown) => {
      throw id !== undefined && error instanceof SessionError && isUnknownSession(error.cause) ? unknownSession(link.title, error) : error;
    });
    const known = method === methods.agent.session.load || method === methods.agent.session.resume ? id : undefined;
    const sessionId = known ?? state?.sessionId;
    if (sessionId === undefined) throw new SessionError('agent_failed', `${link.title} answered ${method} without a session`);
    const fresh = method === methods.agent.session.new;
    const session = new AcpSession({
      link,
      state: { ...state, sessionId },
      can,
      logger: options.logger,
      fresh,
      spent: fresh ? 0 : settings.spent_usd,
      limits,
    });
    // Always: the agent may have taken a looser mode from the settings of the folder it runs in, or from the session before.
    await session.setMode(settings.mode ?? 'ask');
    if (settings.model !== undefined) await session.setModel(settings.model);
    return session;
  };

  const mayLoad = loadSession === true && options.mayLoad !== false;
  const resume = sessionCapabilities?.resume ? methods.agent.session.resume : mayLoad ? methods.agent.session.load : undefined;
  const fork = sessionCapabilities?.fork ? methods.agent.session.fork : undefined;
  return {
    info: {
      ...options.info,
      version: options.info.version ?? hello.agentInfo?.version,
      can: [
        ...(mayLoad ? ['load' as const] : []),
        ...(resume ? ['resume' as const] : []),
        ...(fork ? ['fork' as const] : []),
        ...(fork && forkMeta ? ['fork_at' as const] : []),
        ...always(options.info),
      ],
    },
    create: (settings) => open(methods.agent.session.new, undefined, settings),
    ...(resume && { resume: (id: string, settings: SessionOptions) => open(resume, id, settings) }),
    ...(fork && { fork: (id: string, settings: SessionOptions) => open(fork, id, settings) }),
    ...(fork &&
      forkMeta && {
        forkAt: (id: string, { messageId }: ForkPoint, settings: SessionOptions) => {
          if (messageId !== undefined) return open(fork, id, settings, forkMeta(messageId));
          const hint = 'the history is given to it instead';
          return Promise.reject(new SessionError('not_found', `${link.title} did not say which message this is`, { hint }));
        },
      }),
    closed: link.process.ended,
    dispose: () => link.process.stop(),
  };
}

const mcpServer = ({ name, command, args, env }: McpProgram): acp.McpServer => ({
  ...{ name, command, args: [...args] },
  env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
});

/** What `initialize` does not tell of, from the table of agents. */
function always({ can }: AgentInfo): AgentInfo['can'] {
  return can.filter((ability) => ability === 'permissions' || ability === 'models' || ability === 'modes');
}

function unknownSession(agent: string, error: SessionError): SessionError {
  return new SessionError('not_found', `${agent} does not know this session any more`, { hint: error.hint, cause: error });
}

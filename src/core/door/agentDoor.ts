import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { McpProgram } from '../../agents/agent.js';
import { ownNode } from '../../agents/nodeProgram.js';
import { messageOf, SessionError } from '../../model/errors.js';
import { isToolName } from '../../model/sessionTools.js';
import type { PermissionRequest } from '../../model/turn.js';
import { lineOf } from './caller.js';
import type { Caller } from './callOptions.js';
import type { CoreContext } from '../context.js';
import { doorCallSchema, doorVariables, type DoorAnswer } from './doorMessages.js';
import { runTool } from './sessionTools.js';
import { skeinScript } from '../skeinProgram.js';
import { socketLine } from './socketLine.js';
import { errorData, type Turn } from '../turns/turn.js';
import type { Workspace } from '../workspace.js';

/** What the agents are told that our MCP server is called. */
const doorServer = 'skein';
/** Whether an agent asks to use one of our tools, which ask for themselves where that is needed. */
export const isDoorTool = ({ mcp }: PermissionRequest): boolean => mcp?.server === doorServer && isToolName(mcp.tool);

/** Bytes of one call: a longer one is no call of ours. */
const mostBytes = 1 << 20;

interface OpenDoor {
  readonly server: Server;
  readonly address: string;
  /** Removes the socket's folder. */
  readonly leave: () => void;
}

/**
 * Where the agents of this process reach it. Each session's agent is given an MCP server, `skein mcp`, and a key; the server
 * passes its calls through a socket that only this user can open, so that they are carried out here: where the turn runs, the
 * person can be asked, and what is started stays.
 */
export class AgentDoor {
  readonly #context: CoreContext;
  readonly #workspace: Workspace;
  readonly #running: (id: string) => Turn | undefined;
  readonly #keys = new Map<string, string>();
  readonly #allowed = new Set<string>();
  readonly #sockets = new Set<Socket>();
  #open: Promise<OpenDoor> | undefined;

  constructor(context: CoreContext, workspace: Workspace, running: (id: string) => Turn | undefined) {
    this.#context = context;
    this.#workspace = workspace;
    this.#running = running;
  }

  /** What a session's agent is to start. Nothing where the command line was not built, or no socket can be had. */
  async programs(session: string): Promise<readonly McpProgram[]> {
    const script = skeinScript();
    if (script === undefined) return [];
    try {
      const { address } = await (this.#open ??= this.#listen());
      const node = ownNode();
      const env = { ...node.env, [doorVariables.path]: address, [doorVariables.key]: this.#keyOf(session) };
      return [{ name: doorServer, command: node.command, args: [...node.args, script, 'mcp', '--path', this.#context.dir], env }];
    } catch (error) {
      this.#open = undefined;
      this.#context.logger.warn(`agents cannot use other sessions: ${messageOf(error)}`);
      return [];
    }
  }

  async close(): Promise<void> {
    const open = await this.#open?.catch(() => undefined); // said when it could not be opened
    if (!open) return;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => open.server.close(resolve));
    process.off('exit', open.leave);
    open.leave();
  }

  #keyOf(session: string): string {
    for (const [key, id] of this.#keys) if (id === session) return key;
    const key = randomBytes(32).toString('base64url');
    this.#keys.set(key, session);
    return key;
  }

  async #listen(): Promise<OpenDoor> {
    // In a folder of its own: its path is short enough for a socket, and others cannot even see it.
    const folder = process.platform === 'win32' ? undefined : await mkdtemp(path.join(tmpdir(), 'skein-'));
    const address = folder === undefined ? `\\\\.\\pipe\\skein-${randomBytes(16).toString('hex')}` : path.join(folder, 'door');
    const leave = (): void => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    };
    const server = createServer((socket) => this.#serve(socket));
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
      if (folder !== undefined) await chmod(address, 0o600);
    } catch (error) {
      server.close();
      leave();
      throw error;
    }
    server.on('error', (error) => this.#context.logger.warn(`the door for agents: ${error.message}`));
    server.unref();
    // A second Ctrl+C ends us at once.
    process.once('exit', leave);
    return { server, address, leave };
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const gone = new AbortController();
    socket.on('error', (error) => this.#context.logger.debug(`the door for agents: ${error.message}`));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    void socketLine(socket, mostBytes).then(async (line) => {
      if (line !== undefined) socket.end(`${JSON.stringify(await this.#answer(line, gone.signal))}\n`);
    });
  }

  async #answer(line: string, signal: AbortSignal): Promise<DoorAnswer> {
    try {
      const call = doorCallSchema.parse(JSON.parse(line));
      const session = this.#keys.get(call.key);
      if (session === undefined) throw new SessionError('denied', 'this key opens no session');
      if (!isToolName(call.tool)) throw new SessionError('usage', `there is no tool ${call.tool}`);
      const turn = this.#running(session);
      // Between its turns nobody asked the agent for anything.
      if (!turn) throw new SessionError('denied', 'the session that asks runs no turn');
      const caller: Caller = { session, mode: turn.mode, depth: Math.max(turn.depth, (await lineOf(this.#context, session)).length - 1) };
      const place = { context: this.#context, workspace: this.#workspace, caller, ask: askIn(turn, signal), allowed: this.#allowed };
      return { result: await runTool(place, call.tool, call.params, signal) };
    } catch (error) {
      if (!(error instanceof SessionError)) this.#context.logger.warn(`a call of an agent: ${messageOf(error)}`);
      return { error: errorData(error) };
    }
  }
}

/** Asks where the turn is shown; a call that is taken back takes its question with it. */
const askIn =
  (turn: Turn, signal: AbortSignal) =>
  async (request: Parameters<Turn['permit']>[0]): Promise<string | null> => {
    const withdraw = (): void => turn.respond(request.id, null);
    signal.addEventListener('abort', withdraw, { once: true });
    try {
      return await turn.permit(request);
    } finally {
      signal.removeEventListener('abort', withdraw);
    }
  };

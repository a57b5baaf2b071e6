import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { messageOf, SessionError } from '../../model/errors.js';
import { startError } from '../acpFailure.js';
import type { AgentConnection, AgentSession, ForkPoint, McpProgram, SessionOptions } from '../agent.js';
import type { ProcessEnd } from '../agentProcess.js';
import { defaultLimits } from '../agentLimits.js';
import type { AgentStart } from '../agentStart.js';
import { claudePoint } from './claudePoint.js';
import { helloSchema } from './claudeLines.js';
import { ClaudeLink, type ClaudeEvents } from './claudeLink.js';
import { ClaudeSession } from './claudeSession.js';
import { ClaudeSettings } from './claudeSettings.js';

/** How long it may take to tell what a session has cost so far, in milliseconds. */
const costMs = 5000;

/** The mode is set when the session is open: until then it is the tightest, whatever the settings of the folder say. */
const streaming = [
  ...['-p', '--verbose', '--input-format', 'stream-json', '--output-format', 'stream-json', '--include-partial-messages'],
  ...['--permission-prompt-tool', 'stdio', '--permission-mode', 'default'],
  // Its questions have answers of their own, which a permission request cannot carry.
  ...['--disallowed-tools', 'AskUserQuestion'],
];
const costSchema = z.looseObject({ session: z.looseObject({ total_cost_usd: z.number() }) });

/** Claude Code through its own stream-json mode: one process for each session, started when the session is opened. */
export function connectClaude(start: AgentStart): Promise<AgentConnection> {
  return Promise.resolve(new ClaudeConnection(start));
}

class ClaudeConnection implements AgentConnection {
  readonly info: AgentConnection['info'];
  readonly closed: Promise<ProcessEnd>;
  readonly #start: AgentStart;
  readonly #links = new Set<ClaudeLink>();
  #close: (end: ProcessEnd) => void = () => undefined;

  constructor(start: AgentStart) {
    this.#start = start;
    this.info = start.info;
    this.closed = new Promise((resolve) => (this.#close = resolve));
  }

  create(options: SessionOptions): Promise<AgentSession> {
    const id = randomUUID();
    return this.#open(id, ['--session-id', id], options, 'fresh');
  }

  async resume(id: string, options: SessionOptions): Promise<AgentSession> {
    return this.#open(id, ['--resume', this.#known(id)], options);
  }

  async fork(id: string, options: SessionOptions): Promise<AgentSession> {
    const own = randomUUID();
    return this.#open(own, ['--resume', this.#known(id), '--fork-session', '--session-id', own], options);
  }

  async forkAt(id: string, { messageId }: ForkPoint, options: SessionOptions): Promise<AgentSession> {
    const own = randomUUID();
    const uuid = await claudePoint(this.#start.command.env, this.#known(id), messageId);
    const point = ['--resume', id, '--resume-session-at', uuid, '--fork-session', '--session-id', own];
    return this.#open(own, point, options);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#links].map(({ process }) => process.stop()));
    this.#close({ code: null, signal: null, lastWords: '' });
  }

  async #open(id: string, session: readonly string[], options: SessionOptions, fresh?: 'fresh'): Promise<ClaudeSession> {
    const { logger } = this.#start;
    const limits = { ...defaultLimits, ...this.#start.limits };
    let opened: ClaudeSession | undefined;
    const link = this.#startLink([...session, ...mcpArguments(options.mcp)], options.cwd, {
      line: (line) => opened?.line(line),
      permission: async (question, withdrawn) =>
        opened?.permission(question, withdrawn) ?? { behavior: 'deny', message: 'Nobody is there to ask.' },
    });
    try {
      const { models } = await link.request({ subtype: 'initialize' }, helloSchema, limits.open);
      const settings = new ClaudeSettings(link, models);
      await settings.setMode(options.mode ?? 'ask');
      if (options.model !== undefined) await settings.setModel(options.model);
      const spent = fresh ? 0 : (options.spent_usd ?? (await this.#costOf(link)));
      opened = new ClaudeSession({ id, link, settings, logger, fresh: fresh !== undefined, spent, limits });
      this.#keep(link);
      return opened;
    } catch (error) {
      await link.process.stop(300);
      throw error;
    }
  }

  #startLink(args: readonly string[], cwd: string, events: ClaudeEvents): ClaudeLink {
    const { command, logger } = this.#start;
    try {
      return new ClaudeLink(command.title, { ...command, args: [...command.args, ...streaming, ...args], cwd, logger }, events);
    } catch (error) {
      // Most failures to start come as an event; some, such as a `.cmd` on Windows, are thrown.
      throw startError(command.title, messageOf(error));
    }
  }

  /** It has closed when its last session has. */
  #keep(link: ClaudeLink): void {
    this.#links.add(link);
    void link.process.ended.then((end) => {
      this.#links.delete(link);
      if (this.#links.size === 0) this.#close(end);
    });
  }

  /** What the session has cost so far, in US dollars, as the program knows; without it the next turn's cost stays unknown. */
  async #costOf(link: ClaudeLink): Promise<number | undefined> {
    const asked = link.request({ subtype: 'get_usage', skip_behaviors: true }, costSchema).catch((error: unknown) => {
      this.#start.logger.debug(`${link.title}: the cost so far is not known: ${messageOf(error)}`);
      return undefined;
    });
    // With a subscription it also asks its server for the limits.
    const usage = await Promise.race([asked, delay(costMs, undefined, { ref: false })]);
    return usage?.session.total_cost_usd;
  }

  /** An id that may stand in a command and a path. */
  #known(id: string): string {
    if (z.uuid().safeParse(id).success) return id;
    throw new SessionError('not_found', `${this.#start.command.title} does not know this session`, {
      hint: `${id} is no id of its sessions`,
    });
  }
}

function mcpArguments(mcp: readonly McpProgram[] | undefined): string[] {
  if (mcp === undefined || mcp.length === 0) return [];
  const servers = mcp.map(({ name, command, args, env }) => [name, { type: 'stdio', command, args, env }] as const);
  return ['--mcp-config', JSON.stringify({ mcpServers: Object.fromEntries(servers) })];
}

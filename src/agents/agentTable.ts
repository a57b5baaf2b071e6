import { connectAcp } from './acpConnection.js';
import type { AgentAbility, AgentVia } from './agent.js';
import type { ConnectAgent } from './agentStart.js';
import { connectClaudeAdapter } from './claude/claudeAdapter.js';
import { connectClaude } from './claude/claudeConnection.js';
import { connectCodexAdapter } from './codex/codexAdapter.js';
import { connectCodex } from './codex/codexConnection.js';
import { connectGemini } from './geminiAgent.js';
import { connectOpencode } from './opencodeAgent.js';

/** An agent that we know how to start. */
export interface AgentRow {
  readonly name: string;
  readonly title: string;
  /** Best first: the first whose program is found is taken. */
  readonly ways: readonly [AgentWay, ...AgentWay[]];
}

/** One way of starting an agent: the program to look for, and how to speak with it. */
export interface AgentWay {
  readonly via: AgentVia;
  readonly program: string;
  /** The npm package that the program comes from; `undefined` for one that only the config names. */
  readonly package: string | undefined;
  /** Set where another program goes by the same name: only the package's own is started. */
  readonly packageOnly?: boolean;
  readonly args: readonly string[];
  /** The oldest Node that runs it, where it is a script. */
  readonly node: number;
  readonly can: readonly AgentAbility[];
  /**
   * See `AgentInfo`. Not the others: of a session that was only opened Gemini keeps a file, OpenCode a row and claude-agent-acp a
   * folder, and codex-acp opens none without a login.
   */
  readonly tells?: boolean;
  readonly connect: ConnectAgent;
}

/** In the order in which they are offered. What each can do was seen with the versions of November 2026. */
export const agentTable: readonly AgentRow[] = [
  {
    name: 'claude',
    title: 'Claude Code',
    ways: [
      {
        via: 'acp',
        program: 'claude-agent-acp',
        package: '@agentclientprotocol/claude-agent-acp',
        args: [],
        node: 22,
        can: ['load', 'resume', 'fork', 'fork_at', 'permissions', 'models', 'modes'],
        connect: connectClaudeAdapter,
      },
      {
        via: 'own',
        program: 'claude',
        package: '@anthropic-ai/claude-code',
        args: [],
        node: 22,
        can: ['resume', 'fork', 'fork_at', 'permissions', 'models', 'modes', 'thinking'],
        tells: true,
        connect: connectClaude,
      },
    ],
  },
  {
    name: 'codex',
    title: 'Codex',
    ways: [
      {
        via: 'acp',
        program: 'codex-acp',
        package: '@agentclientprotocol/codex-acp',
        // @zed-industries/codex-acp installs a program of this name that streams no tool calls.
        packageOnly: true,
        args: [],
        node: 22,
        can: ['load', 'resume', 'fork', 'fork_at', 'permissions', 'models', 'modes'],
        connect: connectCodexAdapter,
      },
      {
        via: 'own',
        program: 'codex',
        package: '@openai/codex',
        args: ['app-server'],
        node: 16,
        can: ['resume', 'fork', 'fork_at', 'permissions', 'models', 'modes', 'thinking'],
        tells: true,
        connect: connectCodex,
      },
    ],
  },
  {
    name: 'gemini',
    title: 'Gemini CLI',
    ways: [
      {
        via: 'acp',
        program: 'gemini',
        package: '@google/gemini-cli',
        // Folders are trusted by the person before anything is started in them; asked again, it would end with status 55.
        args: ['--acp', '--skip-trust'],
        node: 20,
        can: ['permissions', 'models', 'modes'],
        connect: connectGemini,
      },
    ],
  },
  {
    name: 'opencode',
    title: 'OpenCode',
    ways: [
      {
        via: 'acp',
        program: 'opencode',
        package: 'opencode-ai',
        args: ['acp'],
        node: 20,
        can: ['load', 'resume', 'fork', 'permissions', 'models', 'modes'],
        connect: connectOpencode,
      },
    ],
  },
];

/** The way to start a program that the config alone names: it speaks ACP. */
export function acpWay(program: string, can: readonly AgentAbility[] = ['permissions', 'models', 'modes']): AgentWay {
  return { via: 'acp', program, package: undefined, args: [], node: 20, can, connect: connectAcp };
}

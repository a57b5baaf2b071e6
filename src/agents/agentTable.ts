import type { AgentInfo } from './agent.js';

/** An agent that we know how to start: all of them speak ACP, so that a row is all it takes. */
export interface AgentRow {
  readonly name: string;
  readonly title: string;
  /** The program to look for, and the npm package it comes from. */
  readonly program: string;
  readonly package: string;
  /** Set where another program goes by the same name: only the package's own is started. */
  readonly packageOnly?: boolean;
  readonly args: readonly string[];
  /** The oldest Node that runs it. */
  readonly node: number;
  readonly can: AgentInfo['can'];
  /** False where `session/load` loses what it loads. */
  readonly mayLoad?: boolean;
}

/** In the order in which they are offered. What each can do was seen with the versions of November 2026. */
export const agentTable: readonly AgentRow[] = [
  {
    name: 'claude',
    title: 'Claude Code',
    program: 'claude-agent-acp',
    package: '@agentclientprotocol/claude-agent-acp',
    args: [],
    node: 22,
    can: ['load', 'resume', 'fork', 'permissions', 'models', 'modes'],
  },
  {
    name: 'codex',
    title: 'Codex',
    program: 'codex-acp',
    package: '@agentclientprotocol/codex-acp',
    // @zed-industries/codex-acp installs a program of this name that streams no tool calls.
    packageOnly: true,
    args: [],
    node: 22,
    can: ['load', 'resume', 'fork', 'permissions', 'models', 'modes'],
  },
  {
    name: 'gemini',
    title: 'Gemini CLI',
    program: 'gemini',
    package: '@google/gemini-cli',
    // Folders are trusted by the person before anything is started in them; asked again, it would end with status 55.
    args: ['--acp', '--skip-trust'],
    node: 20,
    can: ['permissions', 'models', 'modes'],
    // It has no `session/resume`, and its clean-up deletes sessions that were loaded: a session goes on by replaying it.
    mayLoad: false,
  },
  {
    name: 'opencode',
    title: 'OpenCode',
    program: 'opencode',
    package: 'opencode-ai',
    args: ['acp'],
    node: 20,
    can: ['load', 'resume', 'fork', 'permissions', 'models', 'modes'],
  },
];

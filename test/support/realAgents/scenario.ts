import assert from 'node:assert/strict';
import type { Workspace } from '../../../src/core/workspace.js';
import { textOf } from '../../../src/model/contentText.js';
import type { AgentPlace } from './agentPlace.js';
import type { MatrixRow } from './matrix.js';
import type { RealAgent } from './realAgent.js';
import { tell } from './told.js';

/** What the tests of one agent share. An agent takes seconds to start: they go on with one session where they can. */
export interface Scenario {
  readonly agent: RealAgent;
  readonly place: AgentPlace;
  readonly workspace: Workspace;
  /** What was seen, for the README. */
  readonly row: MatrixRow;
  /** The session in which all kinds of turns are tried. */
  session(): Promise<string>;
  /** The one that is resumed, forked and handed on. */
  talk(): Promise<Talk>;
  /** Closes the product with all agents, and opens it again. */
  restart(): Promise<void>;
}

/** A session with the prompts that were sent in it so far; whoever sends one adds it. */
export interface Talk {
  readonly id: string;
  readonly said: string[];
}

/** Begins a session with some turns. */
export async function beginTalk(workspace: Workspace, backend: string, ...prompts: readonly string[]): Promise<Talk> {
  const { id } = await workspace.create({ backend });
  for (const prompt of prompts) await answerTo(workspace, id, prompt);
  return { id, said: [...prompts] };
}

/** Runs a turn that has to end well. Returns the answer. */
export async function answerTo(workspace: Workspace, id: string, text: string): Promise<string> {
  assert.deepEqual((await tell(workspace, id, text)).ended, { kind: 'ended', stop_reason: 'end_turn' }, text);
  return lastAnswer(workspace, id);
}

export async function lastAnswer(workspace: Workspace, id: string): Promise<string> {
  const last = (await workspace.history(id)).findLast((entry) => entry.type === 'message');
  assert.equal(last?.message.role, 'assistant');
  return textOf(last.message.content).trim();
}

import assert from 'node:assert/strict';
import type { Workspace } from '../../../src/core/workspace.js';
import { textOf } from '../../../src/model/entryText.js';
import type { AgentPlace } from './agentPlace.js';
import type { MatrixRow } from './matrix.js';
import type { RealAgent } from './realAgent.js';
import { tell } from './told.js';

/** What the tests of one agent share. */
export interface Scenario {
  readonly agent: RealAgent;
  readonly place: AgentPlace;
  readonly workspace: Workspace;
  /** What was seen, for the README. */
  readonly row: MatrixRow;
  /** A new session of the agent. */
  session(): Promise<string>;
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

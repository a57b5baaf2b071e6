import type { TurnOptions, Workspace } from '../../src/core/workspace.js';
import type { Entry } from '../../src/model/entry.js';
import type { TurnUpdate } from '../../src/model/turn.js';

export type Ended = Extract<TurnUpdate, { kind: 'ended' }>;

export const content = (text: string): TurnOptions => ({ content: [{ type: 'text', text }] });

/** Runs a whole turn and gives how it ended. */
export async function turn(workspace: Workspace, id: string, text: string, options: Partial<TurnOptions> = {}): Promise<Ended> {
  return (await workspace.startTurn(id, { ...content(text), ...options })).done;
}

/** Entries in short: `user hello`, `assistant you said: hello`, `tool Read a completed`. */
export function inShort(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    switch (entry.type) {
      case 'message': {
        const text = entry.message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
        return [`${entry.message.role} ${text}`.trim()];
      }
      case 'tool_call':
        return [`tool ${entry.call.title} ${entry.call.status}`];
      case 'thinking':
        return [`thinking ${entry.text}`];
      case 'plan':
        return [`plan ${entry.steps.map(({ status }) => status).join(' ')}`];
      default:
        return [];
    }
  });
}

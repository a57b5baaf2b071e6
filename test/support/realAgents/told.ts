import type { TurnOptions, Workspace } from '../../../src/core/workspace.js';
import type { PermissionOption, PermissionRequest } from '../../../src/model/turn.js';
import { content, type Ended } from '../turn.js';

/** What a turn showed, and how it ended. */
export interface Told {
  readonly ended: Ended;
  /** The pieces of the answer, as they streamed. */
  readonly deltas: readonly string[];
  readonly notices: readonly string[];
  readonly asked: readonly PermissionRequest[];
}

export interface TellOptions extends Partial<TurnOptions> {
  /** Answers what the agent asks; without it, it is refused. */
  readonly answer?: PermissionOption['kind'];
  /** Called when the first words have streamed; given what cancels the turn. */
  readonly onWords?: (cancel: () => void) => void;
}

/** Runs a turn as a surface does, and records it. */
export async function tell(workspace: Workspace, id: string, text: string, options: TellOptions = {}): Promise<Told> {
  const { answer = 'reject_once', onWords, ...turnOptions } = options;
  const [deltas, notices, asked]: [string[], string[], PermissionRequest[]] = [[], [], []];
  const stop = workspace.onTurn((session, _seq, update) => {
    if (session !== id) return;
    if (update.kind === 'notice') notices.push(update.text);
    if (update.kind === 'permission') {
      asked.push(update.request);
      const option = update.request.options.find(({ kind }) => kind === answer);
      workspace.running(id)?.respond(update.request.id, option?.id ?? null);
    }
    if (update.kind !== 'text') return;
    deltas.push(update.delta);
    if (deltas.length === 1) onWords?.(() => workspace.running(id)?.cancel());
  });
  try {
    const ended = await (await workspace.startTurn(id, { ...content(text), ...turnOptions })).done;
    return { ended, deltas, notices, asked };
  } finally {
    stop();
  }
}

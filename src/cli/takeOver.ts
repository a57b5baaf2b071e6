import type { RunningTurn, Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import { asked } from './asked.js';
import { plainLine } from './plainText.js';
import { shortId } from './shortId.js';
import type { Terminal } from './terminal.js';

export interface TakeOverOptions {
  readonly terminal: Terminal;
  /** Called before anything is asked. */
  readonly stopProgress: () => void;
  readonly start: (takeOver: boolean) => Promise<RunningTurn>;
}

/** Starts a turn; where another process runs the session, asks on a terminal whether to take it over, and says elsewhere how to. */
export async function orTakeOver(
  workspace: Workspace,
  id: string,
  { terminal, stopProgress, start }: TakeOverOptions,
): Promise<RunningTurn> {
  try {
    return await start(false);
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'busy' || !(await workspace.get(id)).running) throw error;
    const hint = `skein sessions follow ${shortId(id)} shows it live, --take-over ends its turn, skein sessions fork goes on beside it`;
    const busy = new SessionError('busy', error.message, { hint, cause: error });
    if (!terminal.interactive) throw busy;
    stopProgress();
    const { default: select } = await import('@inquirer/select');
    const choices = [
      { value: false, name: 'No, leave it' },
      { value: true, name: 'Take it over: its turn ends, what it wrote is kept' },
    ];
    const message = `${plainLine(error.message)}. Take it over?`;
    const takes = await asked((context) => select({ message, choices }, { ...context, clearPromptOnDone: false }));
    if (!takes) throw busy;
    return start(true);
  }
}

import { relativeTime, costWords, countOf, tokenWords } from './words.js';
import type { SettingsReport } from '../model/report.js';
import type { SessionState } from '../model/sessionTools.js';
import type { Invocation } from './invocation.js';
import { plainLine } from './plainText.js';
import { sessionName } from './sessionName.js';

/** `skein sessions status` */
export async function status({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const state = await workspace.status(args[0] ?? '');
  const settings = await workspace.settings(state.id);
  if (options.json === true) {
    const { row: _row, ...own } = settings;
    terminal.json({ ...state, settings: own });
    return;
  }
  for (const line of lines(state, settings, Date.now())) terminal.print(line);
}

function lines(state: SessionState, settings: SettingsReport, now: number): string[] {
  const { context, children } = state;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['session', `${sessionName(settings.row)} ${state.id}`],
    ['agent', [state.agent, settings.model].filter(Boolean).join(' ') || undefined],
    ['mode', settings.permission_mode],
    ['thinking', settings.thinking_level],
    ['fallbacks', settings.fallbacks.join(', ') || undefined],
    ['messages', settings.send_policy === 'refuse' ? 'refused while it runs' : undefined],
    ['state', state.state === 'idle' ? state.status : state.state],
    ['error', state.error],
    ['waiting', state.queued === 0 ? undefined : countOf(state.queued, 'message')],
    ['last used', relativeTime(state.last_used, now)],
    ['turns', String(state.turns)],
    ['tokens', tokenWords(state.tokens)],
    ['cost', state.cost_usd === null ? 'unknown' : costWords(state.cost_usd)],
    ['context', context && contextWords(context)],
    [state.spawned ? 'started by' : 'forked from', state.parent],
    ...children.map(
      (child) =>
        ['started', `${child.id.slice(0, 8)} ${plainLine(child.title)} (${child.state === 'idle' ? child.status : child.state})`] as const,
    ),
    ['last said', state.last_message === undefined ? undefined : state.last_message.slice(0, 300)],
  ];
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== undefined);
  const widest = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(widest)}  ${plainLine(value)}`);
}

/** `12.3k of 200.0k tokens (6 %)` */
function contextWords({ used, size }: NonNullable<SessionState['context']>): string {
  if (size === undefined || size === 0) return `${tokenWords(used)} tokens`;
  return `${tokenWords(used)} of ${tokenWords(size)} tokens (${String(Math.round((used / size) * 100))} %)`;
}

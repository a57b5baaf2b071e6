import type { SettingsReport } from '../../model/report.js';
import type { SessionRow } from '../../model/row.js';
import type { CoreContext } from '../context.js';
import { sendPolicyOf } from '../door/sendPolicy.js';
import { getRow } from '../turns/snapshot.js';
import { settingsFor } from '../turns/turnPlan.js';

/** With what a session's next turn would run: its own settings over its agent's defaults. */
export async function settingsReport(context: CoreContext, id: string): Promise<SettingsReport> {
  const row = await getRow(context, id);
  const { model, fallbacks, thinking, mode } = await settingsFor(context, row, row.backend);
  return {
    row,
    ...(model === undefined ? {} : { model }),
    ...(thinking === undefined ? {} : { thinking_level: thinking }),
    fallbacks: [...fallbacks],
    permission_mode: mode,
    verbose: row.settings.verbose === true,
    send_policy: await sendPolicyOf(context, row.settings),
  };
}

/** How the session stands, in lines of `name: value`; what is not known is left out. */
export function statusLines(status: SettingsReport): string[] {
  const { row, model, thinking_level: thinking, permission_mode: mode, fallbacks, verbose, send_policy: policy } = status;
  const { running } = row;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['session', `${row.id} "${row.title || row.prompt.slice(0, 60) || 'untitled'}"`],
    ['status', running ? `${running.state}, ${running.program} on ${running.host}` : row.status],
    ['error', row.error_message],
    ['agent', row.backend || undefined],
    ['model', model],
    ['fallbacks', fallbacks.length > 0 ? fallbacks.join(', ') : undefined],
    ['mode', mode],
    ['thinking', thinking],
    ['verbose', verbose ? 'on' : undefined],
    ['messages', policy === 'refuse' ? 'refused while it runs' : undefined],
    ['tags', row.tags.join(', ') || undefined],
    ...usageFields(row),
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
}

/** What a session used, as lines of `name: value`. */
export const usageLines = (row: SessionRow): string[] => usageFields(row).map(([name, value]) => `${name}: ${value}`);

function usageFields({
  turn_count: turns,
  message_count: messages,
  token_usage: usage,
  cost_usd: cost,
}: SessionRow): (readonly [string, string])[] {
  const counted = `${String(usage.total)} (input ${String(usage.input)}, output ${String(usage.output)}, cached ${String(usage.cached)})`;
  return [
    ['turns', `${String(turns)}, ${String(messages)} messages`],
    ['tokens', usage.total === 0 ? 'not known' : counted],
    // Unknown is never shown as 0.
    ['cost', cost === null ? 'not known' : `$${cost.toFixed(cost < 0.1 ? 4 : 2)}`],
  ];
}

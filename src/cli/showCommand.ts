import type { SessionRow } from '../model/row.js';
import type { ExitCode, Invocation } from './invocation.js';
import { sayProblems } from './listCommand.js';
import { plainLine } from './plainText.js';
import { isUnreadable, sessionName } from './sessionName.js';
import { costWords, relativeTime } from './words.js';

/** `skein sessions show`. A session of which something is lost is shown as far as it goes, with exit 5. */
export async function showCommand({ args, options, terminal, open }: Invocation): Promise<ExitCode> {
  const workspace = await open();
  const row = await workspace.get(await workspace.resolveId(args[0] ?? ''));
  const damaged = isUnreadable(row);
  if (options.json !== true) for (const line of fieldLines(row, Date.now())) terminal.print(line);
  else if (!damaged) terminal.json(row);
  if (row.problem) sayProblems([row.problem], terminal);
  return row.problem && row.problem.kind !== 'newer' ? 5 : 0;
}

/** `name  value`, aligned; what is not known is left out. */
function fieldLines(row: SessionRow, now: number): string[] {
  const { token_usage: usage } = row;
  const time = (iso: string): string => `${iso} (${relativeTime(iso, now)})`;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['id', row.id],
    ['title', sessionName(row)],
    ['backend', row.backend || undefined],
    ['model', row.settings.model ?? row.model],
    ['status', row.status],
    ['running', row.running && `${row.running.state}, ${row.running.program} on ${row.running.host}, process ${String(row.running.pid)}`],
    ['error', row.error_message],
    ['folder', row.workdir || undefined],
    ['worktree', row.worktree],
    ['created', time(row.created_at)],
    ['last used', time(row.last_used)],
    ['turns', String(row.turn_count)],
    ['messages', String(row.message_count)],
    [
      'tokens',
      usage.total === 0
        ? undefined
        : `${String(usage.total)} (input ${String(usage.input)}, output ${String(usage.output)}, cached ${String(usage.cached)}, reasoning ${String(usage.reasoning)})`,
    ],
    ['cost', row.cost_usd === null ? undefined : costWords(row.cost_usd)],
    ['tags', row.tags.join(', ') || undefined],
    ['pinned', row.pinned ? 'yes' : undefined],
    ['archived', row.archived ? 'yes' : undefined],
    ['mode', row.settings.permission_mode],
    ['thinking', row.settings.thinking_level],
    ['forked from', row.parent_id],
    ['origin', row.origin && `${row.origin.source}:${row.origin.id}`],
    ['source', row.source],
    ['path', row.path],
    ['prompt', row.prompt || undefined],
  ];
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== undefined);
  const widest = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(widest)}  ${plainLine(value)}`);
}

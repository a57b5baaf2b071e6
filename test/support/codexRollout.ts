import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

type Fields = Readonly<Record<string, unknown>>;

/** A record as Codex writes it since September 2025; `ordinal` came in 2026. */
export const codexLine = (type: string, payload: Fields, second = 0, ordinal?: number): Fields => ({
  timestamp: new Date(Date.UTC(2026, 0, 2, 3, 0, second)).toISOString(),
  ...(ordinal === undefined ? {} : { ordinal }),
  type,
  payload,
});

export const codexMeta = (id: string, more: Fields = {}): Fields =>
  codexLine('session_meta', { id, timestamp: '2026-01-02T03:00:00.000Z', cwd: '/projects/app', originator: 'codex_cli_rs', ...more });

const item = (payload: Fields, second?: number): Fields => codexLine('response_item', payload, second);
export const codexItem = item;
export const codexEvent = (payload: Fields, second?: number): Fields => codexLine('event_msg', payload, second);

export const said = (role: string, text: string, second?: number): Fields =>
  item({ type: 'message', role, content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }] }, second);

/** The thread's running total and what the last answer used, in tokens: input and output. */
export const tokenCount = (total: readonly [number, number], last: readonly [number, number], second?: number): Fields =>
  codexEvent({ type: 'token_count', info: { total_token_usage: tokensOf(total), last_token_usage: tokensOf(last) } }, second);

const tokensOf = ([input, output]: readonly [number, number]): Fields => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: input + output,
});

export const codexId = (last: number): string => `019b7f00-0000-7000-8000-${String(last).padStart(12, '0')}`;

export const linesOf = (records: readonly Fields[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Writes a rollout into Codex's home, by default where a new one would be. Returns its path. */
export async function writeRollout(
  home: string,
  id: string,
  content: string | Uint8Array,
  place = 'sessions/2026/01/02',
  end = '',
): Promise<string> {
  const path = join(home, place, `rollout-2026-01-02T03-00-00-${id}.jsonl${end}`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

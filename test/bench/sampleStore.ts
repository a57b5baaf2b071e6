import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The id of the n-th generated session: 32 hex digits. */
export const sampleId = (n: number): string => (n * 2_654_435_761 + 1).toString(16).padStart(32, '0').slice(-32);

/** Fills `<dir>/.skein/sessions` with records, each with its transcript, as the store writes them. Returns the bytes of all transcripts. */
export function fillStore(dir: string, count: number, linesOf: (n: number) => string = () => ''): number {
  const sessions = join(dir, '.skein', 'sessions');
  mkdirSync(sessions, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, '.skein', '.gitignore'), '*\n');
  const start = Date.parse('2026-01-01T00:00:00.000Z');
  let bytes = 0;
  for (let n = 0; n < count; n++) {
    const id = sampleId(n);
    const time = new Date(start + n * 60_000).toISOString();
    const head = `${JSON.stringify({ type: 'session', version: 1, id, timestamp: time, workdir: dir, backend: 'claude', title: `Session ${String(n)}` })}\n`;
    const transcript = head + linesOf(n);
    bytes += Buffer.byteLength(transcript);
    const record = {
      version: 1,
      revision: 1,
      id,
      title: `Session ${String(n)}`,
      title_source: 'auto',
      backend: n % 3 === 0 ? 'codex' : 'claude',
      backend_session_id: `sess_${id}`,
      model: 'claude-opus-4-5',
      status: 'active',
      created_at: time,
      last_used_at: time,
      workdir: dir,
      prompt: `Prompt number ${String(n)}: please look at the module and tell what it does, then mend the test that fails.`,
      token_usage: { input: n, output: 2 * n, cached: 0, reasoning: 0, total: 3 * n },
      cost_usd: n / 1000,
      turn_count: 1,
      message_count: 2,
      tags: n % 10 === 0 ? ['bugfix'] : [],
      pinned: false,
      archived: false,
      settings: {},
      metadata: {},
      transcript: { bytes: Buffer.byteLength(transcript), last_entry: id },
    };
    writeFileSync(join(sessions, `${id}.json`), JSON.stringify(record, null, 2), { mode: 0o600 });
    writeFileSync(join(sessions, `${id}.jsonl`), transcript, { mode: 0o600 });
  }
  return bytes;
}

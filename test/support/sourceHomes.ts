import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A program's store among the fixtures, and where it has to lie to be found. */
export interface SourceHome {
  readonly source: string;
  /** Below `test/fixtures`. */
  readonly fixture: string;
  /** What of it is the store; the rest is about the test. */
  readonly store: string;
  /** Whether the program keeps its sessions in the folder it is started in. */
  readonly inFolder?: boolean;
}

/** One or more stores of each of the eight programs. */
export const sourceHomes: readonly SourceHome[] = [
  { source: 'claude', fixture: 'claude', store: '.claude' },
  { source: 'claude', fixture: 'claude-family', store: '.claude' },
  { source: 'codex', fixture: 'codex', store: '.codex' },
  { source: 'gemini', fixture: 'gemini', store: '.gemini' },
  { source: 'gemini', fixture: 'gemini-variants', store: '.gemini' },
  { source: 'opencode', fixture: 'opencode', store: '.local' },
  { source: 'clinvk', fixture: 'clinvk', store: '.clinvk' },
  { source: 'openclacky', fixture: 'openclacky', store: '.clacky' },
  { source: 'openclacky', fixture: 'openclacky-1.5', store: '.clacky' },
  { source: 'clawdius', fixture: 'clawdius/project', store: '.clawdius', inFolder: true },
  { source: 'openclaw', fixture: 'openclaw/jsonl-2026.1.29', store: '.openclaw' },
  { source: 'openclaw', fixture: 'openclaw/sqlite-2026.9.6', store: '.openclaw' },
];

/** Copies a store to where it is found. Gives the copy's folder. */
export async function placeStore(
  { fixture, store, inFolder }: SourceHome,
  places: { readonly home: string; readonly dir: string },
): Promise<string> {
  const to = join(inFolder === true ? places.dir : places.home, store);
  await mkdir(join(to, '..'), { recursive: true });
  await cp(join(import.meta.dirname, '../fixtures', fixture, store), to, { recursive: true, preserveTimestamps: true });
  return to;
}

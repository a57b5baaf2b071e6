import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withScratchFolder } from './scratchFolder.js';

type Line = Readonly<Record<string, unknown>>;

/** A store of Claude Code in a scratch home, written line by line. */
export class ClaudeStore {
  readonly home: string;
  readonly projects: string;

  constructor(home: string) {
    this.home = home;
    this.projects = join(home, '.claude', 'projects');
  }

  path(id: string, folder = '-projects-x'): string {
    return join(this.projects, folder, `${id}.jsonl`);
  }

  /** Writes a session's file; each line gets its session's id, its folder and a time where it has none. */
  session(id: string, lines: readonly Line[], folder?: string): string {
    const path = this.path(id, folder);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, lines.map((line) => this.#text(id, line)).join(''));
    return path;
  }

  append(id: string, lines: readonly Line[]): void {
    appendFileSync(this.path(id), lines.map((line) => this.#text(id, line)).join(''));
  }

  prompt(uuid: string, text: unknown, more: Line = {}): Line {
    return { parentUuid: null, isSidechain: false, type: 'user', message: { role: 'user', content: text }, uuid, ...more };
  }

  answer(uuid: string, parentUuid: string, content: readonly Line[], { at, ...more }: Line & { readonly at?: string } = {}): Line {
    const usage = { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 3, cache_creation_input_tokens: 4 };
    const message = {
      id: `msg_${uuid}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-test',
      content,
      stop_reason: 'end_turn',
      usage,
    };
    return { parentUuid, isSidechain: false, message, type: 'assistant', uuid, ...(at === undefined ? {} : { timestamp: at }), ...more };
  }

  result(uuid: string, parentUuid: string, block: Line, more: Line = {}): Line {
    return this.prompt(uuid, [{ type: 'tool_result', ...block }], { parentUuid, ...more });
  }

  #text(id: string, line: Line): string {
    const about = { cwd: '/projects/x', sessionId: id, version: '2.0.0', gitBranch: 'main', timestamp: '2026-01-01T10:00:00.000Z' };
    return `${JSON.stringify('uuid' in line ? { ...line, ...pickMissing(about, line) } : { sessionId: id, ...line })}\n`;
  }
}

const pickMissing = (about: Line, line: Line): Line => Object.fromEntries(Object.entries(about).filter(([key]) => !(key in line)));

export async function withClaudeStore(run: (store: ClaudeStore) => Promise<void>): Promise<void> {
  await withScratchFolder('claude', (home) => run(new ClaudeStore(home)));
}

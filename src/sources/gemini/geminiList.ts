import { basename, extname } from 'node:path';
import type { Problem } from '../../model/row.js';
import { FileRows } from '../fileRows.js';
import { readGeminiFile, type GeminiFile } from './geminiFile.js';
import { byHash, readGeminiStore } from './geminiFolder.js';
import { geminiRow, type GeminiPart, type GeminiPlace, type GeminiRow } from './geminiRow.js';
import type { SourceList } from '../source.js';

/** The list of Gemini CLI's sessions. A resume makes another file for the same session: they are one row. */
export class GeminiList {
  readonly #home: string;
  readonly #folders: readonly string[];
  readonly #files = new FileRows((opened) => readGeminiFile(opened));
  #rows = new Map<string, GeminiRow & { readonly stamp: string }>();
  #whole = new Map<string, GeminiFile>();
  #places: ReadonlyMap<string, GeminiPlace> = new Map();

  constructor(home: string, folders: readonly string[]) {
    this.#home = home;
    this.#folders = folders;
  }

  /** Where a session is, by the last list. */
  place(ownId: string): GeminiPlace | undefined {
    return this.#places.get(ownId);
  }

  async get(signal?: AbortSignal): Promise<SourceList> {
    const problems: Problem[] = [];
    const { projects, roots } = await readGeminiStore(this.#home, problems);
    // Hashes take longer to load than all the rest of a list: none are made where Gemini CLI was never used.
    const hashed = byHash(projects.length === 0 ? [] : [...roots, ...this.#folders]);
    const origin = new Map(projects.flatMap((project) => project.files.map(({ path, parent }) => [path, { project, parent }] as const)));
    const { found, problems: unreadable } = await this.#files.get(
      Array.from(origin.keys(), (path) => ({ path })),
      signal,
    );
    problems.push(...unreadable);
    const sessions = new Map<string, GeminiPart[]>();
    const whole = this.#whole;
    this.#whole = new Map();
    for (const { file, value: now, stamp } of found) {
      const { path } = file;
      const from = origin.get(path);
      if (!from) continue;
      // A file of before the lines is written in place: half of it is what is being saved, and the last whole one stands.
      const value = now.problem === undefined ? now : (whole.get(path) ?? now);
      if (value.problem === undefined && path.endsWith('.json')) this.#whole.set(path, value);
      const ownId = value.sessionId ?? `${from.project.name}.${basename(path, extname(path))}`;
      const parts = sessions.get(ownId) ?? [];
      parts.push({ path, file: value, stamp, ...from });
      sessions.set(ownId, parts);
    }
    const stamps = new Map<string, string>();
    const places = new Map<string, GeminiPlace>();
    const known = this.#rows;
    this.#rows = new Map();
    const rows = [...sessions].map(([ownId, parts]) => {
      const workdir = workdirOf(parts, hashed);
      // In the order of their names, which that of a folder's listing need not be.
      if (parts.length > 1) parts.sort((a, b) => (a.path < b.path ? -1 : 1));
      const stamp = parts.map((part) => part.stamp).join(' ');
      const last = known.get(ownId);
      const made = last?.stamp === stamp && last.row.workdir === workdir ? last : { ...geminiRow(ownId, parts, workdir), stamp };
      this.#rows.set(ownId, made);
      places.set(ownId, made.place);
      stamps.set(made.row.id, stamp);
      if (made.row.problem) problems.push(made.row.problem);
      return made.row;
    });
    this.#places = places;
    return { rows, problems, stamps };
  }
}

/** Where the session's project is: what the project's folder says, else what its hash stands for. */
function workdirOf(parts: readonly GeminiPart[], hashed: ReadonlyMap<string, string>): string {
  const known = parts.map(
    ({ project, file }) => project.root ?? hashed.get(file.projectHash) ?? hashed.get(project.name) ?? file.directory,
  );
  return known.find(Boolean) ?? '';
}

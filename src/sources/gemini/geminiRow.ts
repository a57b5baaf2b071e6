import { autoTitle } from '../../model/autoTitle.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { damagedForeignRow, foreignRow } from '../foreignRow.js';
import type { GeminiFile } from './geminiFile.js';
import type { GeminiProject } from './geminiFolder.js';

/** One file of a session, and where it was found. */
export interface GeminiPart {
  readonly path: string;
  readonly file: GeminiFile;
  readonly stamp: string;
  readonly project: GeminiProject;
  readonly parent: string | undefined;
}

export interface GeminiPlace {
  /** The session's files, oldest first. */
  readonly paths: readonly string[];
  /** ISO 8601, UTC. */
  readonly created: string;
}

/** A session as it is listed, and where it is. */
export interface GeminiRow {
  readonly row: SessionRow;
  readonly place: GeminiPlace;
}

/** The row of a session from all its files. */
export function geminiRow(ownId: string, found: readonly GeminiPart[], workdir: string): GeminiRow {
  const parts = [...found].sort((a, b) => (a.file.started + a.path < b.file.started + b.path ? -1 : 1));
  const last = <T>(pick: (part: GeminiPart) => T): T | undefined => parts.map(pick).findLast(Boolean);
  const first = <T>(pick: (part: GeminiPart) => T): T | undefined => parts.map(pick).find(Boolean);
  const place = { paths: parts.map(({ path }) => path), created: parts[0]?.file.started ?? new Date(0).toISOString() };
  const path = first(({ path }) => path) ?? '';
  const updated = parts.map(({ file }) => file.updated).reduce((a, b) => (a > b ? a : b));
  const detail = last(({ file }) => file.problem);
  const problem: Problem | undefined =
    detail === undefined ? undefined : { kind: 'damaged', detail, path: parts.find(({ file }) => file.problem === detail)?.path ?? path };
  if (problem && parts.every(({ file }) => file.sessionId === undefined)) {
    return { row: damagedForeignRow('gemini', ownId, problem, Date.parse(updated)), place };
  }
  const prompt = first(({ file }) => file.prompt) ?? '';
  const model = last(({ file }) => file.model);
  const parent = first(({ parent }) => parent);
  const isResumable = parent === undefined && !parts.some(({ file }) => file.isSubagent);
  const row = foreignRow({
    source: 'gemini',
    ownId,
    path,
    created_at: place.created,
    last_used_at: updated,
    title: last(({ file }) => file.summary) ?? autoTitle(prompt),
    backend: 'gemini',
    ...(isResumable ? { backend_session_id: ownId } : {}),
    ...(model === undefined ? {} : { model }),
    ...(parent === undefined ? {} : { parent_id: `gemini:${parent}` }),
    workdir,
    prompt,
    metadata: { project: parts[0]?.project.name ?? '', ...(parts.length > 1 ? { files: parts.length } : {}) },
    ...(problem ? { problem } : {}),
  });
  return { row, place };
}

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../model/row.js';
import { readFileEnds } from '../fileEnds.js';
import { FileRows, type RowFile } from '../fileRows.js';
import { readJsonLines } from '../jsonLines.js';
import { valueIn } from '../jsonText.js';
import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { namesIn, type OpenclawAgent } from './openclawPlace.js';
import { sessionIdIn, type OpenclawFacts, type OpenclawSession } from './openclawRow.js';

/** A session of the JSON-lines era, with the state of its transcript. */
export interface OpenclawFile {
  readonly session: OpenclawSession;
  /** Absent where nothing was said yet, so that there is no transcript. */
  readonly transcript?: { readonly path: string; readonly stamp: string };
}

const ends = { head: 16 * 1024, tail: 16 * 1024, longHead: 512 * 1024 };

/** The JSON-lines era of OpenClaw: `sessions.json` maps keys to sessions, of which each has a transcript beside it. */
export class OpenclawFiles {
  readonly #transcripts = new FileRows((opened) => factsOf(opened));
  readonly #indexes = new FileRows(({ path }): JsonObject => indexOf(path));

  /** Every agent's sessions; also those that no key leads to any more, as after a reset. */
  async list(
    agents: readonly OpenclawAgent[],
    signal?: AbortSignal,
  ): Promise<{ readonly files: readonly OpenclawFile[]; readonly problems: readonly Problem[] }> {
    const names = new Map(agents.map(({ sessions }) => [sessions, namesIn(sessions)]));
    const named = (end: RegExp): { readonly path: string }[] =>
      agents.flatMap(({ sessions }) =>
        (names.get(sessions) ?? []).filter((name) => end.test(name)).map((name) => ({ path: join(sessions, name) })),
      );
    const indexes = await this.#indexes.get(named(/^sessions\.json$/), signal);
    const transcripts = await this.#transcripts.get(named(/\.jsonl$/), signal);
    const found = new Map(transcripts.found.map(({ file, value, stamp }) => [file.path, { path: file.path, value, stamp }]));
    const files: OpenclawFile[] = [];
    for (const { agent, sessions } of agents) {
      const index = join(sessions, 'sessions.json');
      const entries = Object.entries(indexes.found.find(({ file }) => file.path === index)?.value ?? {});
      for (const [key, value] of entries) {
        const entry = objectOf(value);
        const id = stringOf(entry['sessionId']);
        if (!/^[\w.-]+$/.test(id)) continue;
        const path = transcriptOf(sessions, names.get(sessions) ?? [], id, stringOf(entry['sessionFile']));
        const file = path === undefined ? undefined : found.get(path);
        if (path !== undefined) found.delete(path);
        const session = { id, agent, key, entry, facts: file?.value ?? { header: {} }, path: file?.path ?? index };
        files.push({ session, ...(file && { transcript: { path: file.path, stamp: file.stamp } }) });
      }
      for (const [path, file] of found) {
        if (dirname(path) !== join(sessions, '')) continue;
        found.delete(path);
        const id = sessionIdIn(path);
        if (id === undefined) continue;
        files.push({ session: { id, agent, key: '', entry: {}, facts: file.value, path }, transcript: { path, stamp: file.stamp } });
      }
    }
    return { files, problems: [...indexes.problems, ...transcripts.problems] };
  }

  async events(path: string): Promise<readonly JsonObject[]> {
    const events: JsonObject[] = [];
    for await (const { value } of readJsonLines(path)) events.push(objectOf(value));
    return events;
  }
}

/** The recorded path may be of another machine or of another place: it counts by its name. */
function transcriptOf(folder: string, names: readonly string[], id: string, recorded: string): string | undefined {
  const wanted = [basename(recorded.replaceAll('\\', '/')), `${id}.jsonl`];
  const name = wanted.find((candidate) => names.includes(candidate)) ?? names.find((candidate) => sessionIdIn(candidate) === id);
  return name === undefined ? undefined : join(folder, name);
}

function indexOf(path: string): JsonObject {
  const text = readFileSync(path, 'utf8');
  const value = valueIn(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return objectOf(value);
  throw new Error(
    text.trim() === ''
      ? 'it is empty: the sessions are listed by their transcripts'
      : 'it is not JSON: the sessions are listed by their transcripts',
  );
}

function factsOf(file: RowFile): OpenclawFacts {
  const short = facts(file, ends.head);
  return short.prompt || short.isWhole ? short : facts(file, ends.longHead);
}

function facts(file: RowFile, headBytes: number): OpenclawFacts & { readonly isWhole: boolean } {
  const { head, tail, isWhole } = readFileEnds(file, headBytes, ends.tail);
  const first = linesOf(head);
  return { ...openclawFacts(first, isWhole ? first : [...first, ...linesOf(tail)]), isWhole };
}

/** What a transcript's first and last events tell. */
export function openclawFacts(first: readonly JsonObject[], last: readonly JsonObject[]): OpenclawFacts {
  const header = first.find(({ type }) => type === 'session') ?? {};
  const messages = (events: readonly JsonObject[]): JsonObject[] =>
    events.filter(({ type }) => type === 'message').map((event) => objectOf(event['message']));
  const named = last.findLast(({ type }) => type === 'session_info');
  return {
    header,
    prompt: messages(first).find(({ role }) => role === 'user'),
    answer: messages(last).findLast(({ role }) => role === 'assistant'),
    last: last.findLast(({ timestamp }) => typeof timestamp === 'string'),
    name: named && stringOf(named['name']),
  };
}

const linesOf = (bytes: Buffer): JsonObject[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .map((line) => objectOf(valueIn(line)));

import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { entrySchema, type Entry } from '../model/entry.js';
import { SessionError } from '../model/errors.js';
import { isTooDeep } from '../model/json.js';
import { recordVersion } from '../model/record.js';
import type { Problem } from '../model/row.js';
import { appendDurably, writeDurably } from './durable.js';
import type { FilePort } from './filePort.js';
import { readLines } from './transcriptLines.js';

/** What a scan saw. */
export interface TranscriptScan {
  /** Where the next scan goes on: after the last whole line. */
  readonly bytes: number;
  readonly lastEntry: string | undefined;
  /** The highest epoch of a `lease` line: entries of a lower epoch after it are set aside. */
  readonly epoch: number;
  /** Lines that are no entries of ours, the first thousand of them. */
  readonly skipped: readonly Problem[];
  /** A last line that is not whole: a writer stopped there, or writes it this moment. */
  readonly torn?: Problem;
  /** Entries of a holder that had lost its lease. */
  readonly setAside: number;
  /** What the `session` line says of the file: its session, and the format's version where that is a newer one. */
  readonly id?: string;
  readonly newerVersion?: number;
}

export interface ScanOptions {
  /** Byte to begin at, and what an earlier scan knew there. */
  readonly from?: number;
  readonly epoch?: number;
  /** Called with the entries that are set aside. */
  readonly aside?: (entry: Entry) => void;
}

const skippedLimit = 1000;
let entryTypes: ReadonlySet<unknown> | undefined;
const isEntryType = (type: string): boolean =>
  (entryTypes ??= new Set(entrySchema.unwrap().options.map((option) => option.shape.type.value))).has(type);

/**
 * Calls `each` with every entry in order, once each, and its line's text; `false` stops. Memory is bounded by the longest
 * line. An id seen before is the same entry, written again after a write that failed half way: the first counts.
 */
export async function scanTranscript(
  port: FilePort,
  file: string,
  each: (entry: Entry, line: string) => boolean | undefined,
  options: ScanOptions = {},
): Promise<TranscriptScan> {
  const seen = new Set<string>();
  const skipped: Problem[] = [];
  let { from: bytes = 0, epoch = 0 } = options;
  let lastEntry: string | undefined;
  let setAside = 0;
  let head: Pick<TranscriptScan, 'id' | 'newerVersion'> = {};
  let torn: Problem | undefined;
  const skip = (kind: Problem['kind'], detail: string): void => {
    if (skipped.length < skippedLimit) skipped.push({ kind, detail, path: file });
  };
  for await (const line of readLines(port, file, bytes)) {
    const parsed = parseLine(line.bytes, `the line at byte ${String(line.start)}`);
    // A last line without its newline counts when it is whole; else it is torn, or still being written.
    if (!line.ended && 'detail' in parsed) {
      torn = { kind: 'damaged', detail: `${parsed.detail} (it was not finished)`, path: file };
      break;
    }
    bytes = line.end;
    if ('detail' in parsed) {
      if (parsed.detail !== '') skip(parsed.kind, parsed.detail);
      if (parsed.newerVersion !== undefined) head = { ...head, newerVersion: parsed.newerVersion };
      continue;
    }
    const { entry, text } = parsed;
    if (entry.type === 'session') head = { id: entry.id, ...head };
    // Before the ids are compared: what is set aside is not there, and an entry of its id may still come.
    if (entry.epoch !== undefined && entry.epoch < epoch) {
      setAside++;
      options.aside?.(entry);
      continue;
    }
    if (entry.type === 'lease') epoch = entry.epoch;
    if (seen.has(entry.id)) continue;
    seen.add(entry.id);
    lastEntry = entry.id;
    if (each(entry, text) === false) break;
  }
  return { bytes, lastEntry, epoch, skipped, setAside, ...(torn && { torn }), ...head };
}

const newerSchema = z.looseObject({ type: z.literal('session'), version: z.number().gt(recordVersion) });

type ParsedLine =
  | { readonly entry: Entry; readonly text: string }
  | { readonly kind: Problem['kind']; readonly detail: string; readonly newerVersion?: number };

function parseLine(bytes: Uint8Array | undefined, where: string): ParsedLine {
  if (bytes === undefined) return { kind: 'damaged', detail: `${where} is too long` };
  if (!isUtf8(bytes)) return { kind: 'damaged', detail: `${where} is not UTF-8` };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  // A writer that found a torn line began with a newline: what is empty is no damage.
  if (text.trim() === '') return { kind: 'damaged', detail: '' };
  let value: unknown;
  try {
    // An editor on Windows may have put a byte order mark in front of the first.
    value = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    return { kind: 'damaged', detail: `${where} is not JSON` };
  }
  if (isTooDeep(value)) return { kind: 'damaged', detail: `${where} is nested too deeply` };
  const result = entrySchema.safeParse(value);
  if (result.success) return { entry: result.data, text };
  const newerVersion = newerSchema.safeParse(value).data?.version;
  if (newerVersion !== undefined) return { kind: 'newer', detail: `${where} is of version ${String(newerVersion)}`, newerVersion };
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type === 'string' && !isEntryType(type)) return { kind: 'newer', detail: `${where} has the unknown type "${type}"` };
  const [issue] = result.error.issues;
  return { kind: 'damaged', detail: `${where} does not fit at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}` };
}

/** The entries in order, or the last so many of them. */
export async function readEntries(
  port: FilePort,
  file: string,
  last?: number,
): Promise<{ readonly entries: readonly Entry[]; readonly skipped: readonly Problem[] }> {
  let entries: Entry[] = [];
  const { skipped, torn } = await scanTranscript(port, file, (entry) => {
    entries.push(entry);
    if (last !== undefined && entries.length > 2 * last + 64) entries = entries.slice(-last);
    return undefined;
  });
  return { entries: last === undefined ? entries : last <= 0 ? [] : entries.slice(-last), skipped: torn ? [...skipped, torn] : skipped };
}

function linesOf(entries: readonly Entry[]): Buffer {
  return Buffer.from(entries.map((entry) => `${JSON.stringify(checked(entry))}\n`).join(''));
}

function checked(entry: Entry): Entry {
  if (isTooDeep(entry)) throw new SessionError('usage', `an entry of type ${entry.type} is nested too deeply`);
  const result = entrySchema.safeParse(entry);
  if (result.success) return result.data;
  throw new SessionError('usage', `an entry of type ${entry.type} does not fit: ${result.error.issues[0]?.message ?? ''}`, {
    cause: result.error,
  });
}

/**
 * Appends a batch under the lock that the caller holds: one write, one flush. Never creates the file (`ENOENT`) and never
 * cuts it. Resolves with the file's size after it.
 */
export async function appendLines(port: FilePort, file: string, entries: readonly Entry[]): Promise<number> {
  return appendDurably(port, file, linesOf(entries));
}

/** Makes a transcript, whole and flushed before its name is there. Resolves with its size. */
export async function createTranscript(port: FilePort, file: string, entries: readonly Entry[]): Promise<number> {
  const lines = linesOf(entries);
  await writeDurably(port, file, lines);
  return lines.length;
}

import { isUtf8 } from 'node:buffer';
import { LowSync } from 'lowdb';
import { recordVersion } from '../model/record.js';
import { sessionStatuses } from '../model/sessionStatus.js';
import type { FilePort } from './filePort.js';
import type { SessionBrief } from './store.js';

const statuses: ReadonlySet<unknown> = new Set(sessionStatuses);

/** Reads what the list index keeps of records: one document for all of them, as making one takes as long as parsing it. */
export class BriefReader {
  readonly #port: FilePort;
  readonly #document: LowSync<Record<string, unknown> | null>;
  #file = '';
  #text = '';

  constructor(port: FilePort) {
    this.#port = port;
    this.#document = new LowSync<Record<string, unknown> | null>({ read: () => this.#parsed(), write: () => undefined }, null);
  }

  /**
   * `undefined` when the text does not look like a record of ours, which `readShownRecord` then puts into words. The whole schema
   * takes as long again as reading and parsing the file: too long for a list of thousands. It is checked for each row that is
   * shown. Throws the system's error.
   */
  read(file: string, id: string, text: string): SessionBrief | undefined {
    this.#file = file;
    this.#text = text;
    const document = this.#document;
    // What is no record leaves a document as it was.
    document.data = null;
    document.read();
    return briefOf(id, document.data);
  }

  #parsed(): Record<string, unknown> | null {
    // The mark of what is not UTF-8, unless somebody wrote it.
    if (this.#text.includes('\ufffd') && !isUtf8(this.#port.readFileSync(this.#file))) return null;
    try {
      const value: unknown = JSON.parse(this.#text);
      return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
    } catch {
      // Not JSON: the caller asks `readShownRecord` what is wrong with it.
      return null;
    }
  }
}

/** The brief of a parsed record; `undefined` when a field it needs is missing or of another type. */
function briefOf(id: string, record: Readonly<Record<string, unknown>> | null): SessionBrief | undefined {
  if (record === null) return undefined;
  const { version, backend = '', status, model = '', workdir, tags = [], archived = false, pinned = false } = record;
  const { title, prompt, token_usage: usage, cost_usd = null } = record;
  const created = momentOf(record['created_at']);
  const last_used = momentOf(record['last_used_at']);
  if (version !== recordVersion || record['id'] !== id || !statuses.has(status) || created === undefined || last_used === undefined)
    return undefined;
  if (typeof title !== 'string' || typeof prompt !== 'string' || typeof workdir !== 'string' || typeof status !== 'string')
    return undefined;
  if (typeof backend !== 'string' || typeof model !== 'string' || typeof archived !== 'boolean' || typeof pinned !== 'boolean')
    return undefined;
  if (cost_usd !== null && typeof cost_usd !== 'number') return undefined;
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) return undefined;
  if (typeof usage !== 'object' || usage === null) return undefined;
  const tokens = 'total' in usage ? usage.total : 0;
  if (typeof tokens !== 'number') return undefined;
  return { id, backend, status, model, workdir, tags, archived, pinned, created, last_used, tokens, cost_usd, problem: false };
}

function momentOf(value: unknown): number | undefined {
  const moment = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}

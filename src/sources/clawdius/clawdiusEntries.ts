import type { Entry, EntryOf, ToolCall } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { noTokens } from '../../model/usage.js';
import { clawdiusContent } from './clawdiusContent.js';
import { objectIn, valueIn } from '../jsonText.js';
import { arrayOf, countOf, memberOf, objectOf, stringOf, timeOf } from '../jsonValue.js';
import type { SqliteRow } from '../sqliteFile.js';

const kinds: Readonly<Record<string, ToolCall['kind']>> = {
  read_file: 'read',
  write_file: 'edit',
  edit_file: 'edit',
  apply_patch: 'edit',
  delete_file: 'delete',
  move_file: 'move',
  list_files: 'search',
  list_directory: 'search',
  search: 'search',
  search_files: 'search',
  grep: 'search',
  glob: 'search',
  shell: 'execute',
  bash: 'execute',
  execute: 'execute',
  run_command: 'execute',
  web_fetch: 'fetch',
  web_search: 'fetch',
};

/** Makes our entries of Clawdius' messages, given in their order. A tool's answer is put to its call. */
export class ClawdiusEntries {
  readonly entries: Entry[] = [];
  readonly #calls = new Map<string, EntryOf<'tool_call'>>();
  readonly #model: string | undefined;
  #time = new Date(0).toISOString();

  constructor(model: string | undefined) {
    this.#model = model;
  }

  add(row: SqliteRow): void {
    const id = stringOf(row['id']);
    if (id === '') return;
    // A time that cannot be read is the one before it: the order is kept.
    this.#time = timeOf(stringOf(row['created_at'])) ?? this.#time;
    const role = row['role'];
    if (role === 'tool') this.#addAnswer(id, row);
    else if (role === 'user' || role === 'assistant' || role === 'system') this.#addMessage(id, row, role);
  }

  #addMessage(id: string, row: SqliteRow, role: 'user' | 'assistant' | 'system'): void {
    const content = clawdiusContent(stringOf(row['content']));
    const output = role === 'assistant' ? countOf(row['tokens']) : 0;
    if (content.length > 0 || output > 0) {
      this.entries.push({
        type: 'message',
        id,
        timestamp: this.#time,
        source_id: id,
        message: { role, content },
        ...(role === 'assistant' && { backend: 'clawdius' }),
        ...(role === 'assistant' && this.#model !== undefined && { model: this.#model }),
        ...(output > 0 && { usage: { ...noTokens, output, total: output, cost_usd: null } }),
      });
    }
    for (const [index, value] of arrayOf(valueIn(row['tool_calls'])).entries()) this.#addCall(`${id}:${String(index)}`, objectOf(value));
  }

  #addCall(id: string, value: Readonly<Record<string, unknown>>): void {
    const name = stringOf(value['name']) || 'tool';
    const given = value['arguments'];
    const input = typeof given === 'string' ? (valueIn(given) ?? given) : given;
    const path = stringOf(objectOf(input)['path']);
    const call: ToolCall = {
      id: stringOf(value['id']) || id,
      name,
      kind: memberOf(kinds, name) ?? 'other',
      title: path === '' ? name : `${name} ${path}`,
      // Nothing tells what became of a call that has no answer.
      status: 'pending',
      ...(input !== undefined && { input }),
      ...(path !== '' && { locations: [{ path }] }),
    };
    const entry: EntryOf<'tool_call'> = { type: 'tool_call', id, timestamp: this.#time, source_id: id, call };
    this.#calls.set(call.id, entry);
    this.entries.push(entry);
  }

  #addAnswer(id: string, row: SqliteRow): void {
    const metadata = objectIn(row['metadata']);
    const callId = stringOf(metadata['tool_call_id']);
    const output = textOf(clawdiusContent(stringOf(row['content'])));
    const status = metadata['is_error'] === true || metadata['success'] === false ? 'failed' : 'completed';
    const open = this.#calls.get(callId);
    if (open) {
      this.#calls.delete(callId);
      open.call = { ...open.call, status, output };
      return;
    }
    const name = stringOf(metadata['name']) || stringOf(metadata['tool_name']) || 'tool';
    const call: ToolCall = { id: callId || id, name, kind: memberOf(kinds, name) ?? 'other', title: name, status, output };
    this.entries.push({ type: 'tool_call', id, timestamp: this.#time, source_id: id, call });
  }
}

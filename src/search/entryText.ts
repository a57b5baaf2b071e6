import type { Entry } from '../model/entry.js';
import { textOf } from '../model/contentText.js';

/** Characters of one entry that can be found: a tool may print gigabytes. */
const limit = 1_000_000;

export interface EntryText {
  /** The entry's id; empty for the session's own title, prompt and tags. */
  readonly entry: string;
  readonly text: string;
  /** Paths of the files that a tool read or changed, a line each. */
  readonly files: string;
}

/** What can be found of an entry: all that a reader of the transcript sees of it. `undefined` where there is nothing. */
export function entryText(entry: Entry): EntryText | undefined {
  const text = partsOf(entry)
    .filter((part) => part !== '')
    .join('\n')
    .slice(0, limit);
  const files = entry.type === 'tool_call' ? filesOf(entry).join('\n') : '';
  return text === '' && files === '' ? undefined : { entry: entry.id, text, files };
}

function partsOf(entry: Entry): readonly string[] {
  switch (entry.type) {
    case 'message':
      return [textOf(entry.message.content), entry.error ?? ''];
    case 'thinking':
      return [entry.text];
    case 'compact':
      return [entry.summary];
    case 'plan':
      return entry.steps.map(({ text }) => text);
    case 'tool_call': {
      const { title, input, output = '', diff = [] } = entry.call;
      return [title, ...strings(input), output, ...diff.flatMap(({ path, old_text, new_text }) => [path, old_text ?? '', new_text])];
    }
    default:
      return [];
  }
}

function filesOf({ call }: Extract<Entry, { type: 'tool_call' }>): readonly string[] {
  return [...new Set([...(call.locations ?? []), ...(call.diff ?? [])].map(({ path }) => path))];
}

/** The texts of a tool's input, whatever its shape. */
function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}

import type { TokenUsage } from '../../model/usage.js';
import { CodexLines, recordOf } from './codexLines.js';
import { contentOf, personsWords, saidBy } from './codexMessage.js';
import {
  codexMetaOf,
  codexRecord,
  parentOf,
  textsOf,
  textIn,
  tokenCountOf,
  tokenRecordOf,
  type CodexMeta,
  recordTime,
} from './codexRecord.js';
import { difference } from './codexUsage.js';
import { objectOf } from '../jsonValue.js';

/** A first line longer than this is mostly instructions. */
const longLine = 4096;

/** What the beginning of a rollout tells. */
export interface CodexHead {
  /** Absent where the file does not begin with it. */
  readonly meta?: CodexMeta | undefined;
  readonly created?: string | undefined;
  readonly prompt: string;
  readonly model?: string | undefined;
  readonly workdir?: string | undefined;
  /** All that a longer beginning could tell otherwise stands in this one. */
  readonly isSettled: boolean;
}

export function codexHead(head: Buffer): CodexHead {
  const newline = head.indexOf(0x0a);
  const line = newline === -1 ? head : head.subarray(0, newline);
  const first = line.length > longLine ? (shortened(line) ?? recordOf(line)) : recordOf(line);
  const meta = first && codexMetaOf(first);
  const lines = new CodexLines(head);
  const said = saidIn(lines);
  const model = lines.model();
  return {
    meta,
    created: recordTime(meta?.timestamp) ?? recordTime(first?.timestamp),
    prompt: said ?? toldIn(lines),
    model: model ?? meta?.model,
    workdir: meta?.cwd ?? workdirIn(lines),
    isSettled: meta?.cwd !== undefined && parentOf(meta) === undefined && said !== undefined && model !== undefined,
  };
}

/**
 * The first record without its instructions, which are most of its bytes. They end their object's fields or are followed by
 * few, of which these two matter.
 */
function shortened(line: Buffer) {
  const at = line.indexOf('"base_instructions"');
  if (at === -1) return undefined;
  const before = line.toString('utf8', 0, at).trimEnd();
  // Searching the instructions takes as long as parsing them: only a fork has what may stand far from the line's end.
  const rest = line.subarray(before.includes('"forked_from_id"') ? at : Math.max(at, line.length - longLine));
  const after = ['history_base', 'git'].flatMap((key) => fieldIn(rest, key));
  try {
    return codexRecord(JSON.parse(`${before.replace(/,$/, '')}${after.map((field) => `,${field}`).join('')}}}`));
  } catch {
    // Its keys are in another order: then all of the line is parsed.
    return undefined;
  }
}

/** `"key":{…}` of an object that has no other in it. */
function fieldIn(bytes: Buffer, key: string): readonly string[] {
  const at = bytes.indexOf(`"${key}"`);
  const end = at === -1 ? -1 : bytes.indexOf('}', at);
  return end === -1 ? [] : [bytes.toString('utf8', at, end + 1)];
}

/** The person's first words, where the program says that they are. */
function saidIn(lines: CodexLines): string | undefined {
  for (const { payload } of lines.with(['UserMessage', 'user_message'])) {
    const item = objectOf(payload['item']);
    const said =
      item['type'] === 'UserMessage' ? textsOf(item['content']) : payload['type'] === 'user_message' ? textsOf(payload['message']) : [];
    const words = said.map(personsWords).join('\n').trim();
    if (words !== '') return words;
  }
  return undefined;
}

/** The person's first words by what the model was told; of a sub-agent the task that it was given. */
function toldIn(lines: CodexLines): string {
  for (const { payload } of lines.with(['user', 'agent_message'])) {
    if (payload['type'] === 'agent_message' && payload['content'] !== undefined) return textsOf(payload['content']).join('\n');
    if (payload['type'] !== 'message' || saidBy(payload) !== 'user') continue;
    const words = contentOf(payload)
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n')
      .trim();
    if (words !== '') return words;
  }
  return '';
}

/** The oldest rollouts tell their folder only to the model. */
function workdirIn(lines: CodexLines): string | undefined {
  const [turn] = lines.with(['turn_context']);
  const recorded = textIn(turn?.payload['cwd']);
  if (recorded !== undefined) return recorded;
  for (const { payload } of lines.with(['user'])) {
    for (const said of textsOf(payload['content'])) {
      const [, tagged, spelt] = /<environment_context>[^]*?(?:<cwd>(.*?)<\/cwd>|Current working directory: (.+))/.exec(said) ?? [];
      const workdir = tagged ?? spelt;
      if (workdir !== undefined) return workdir;
    }
  }
  return undefined;
}

/** The thread's total before this file: what its parent counts. `undefined` where the head does not reach the first answer. */
export function inheritedIn(head: Buffer): TokenUsage | undefined {
  for (const { kind, payload } of new CodexLines(head).with(['token_usage_record', 'token_count'])) {
    const answer = kind === 'token_usage_record' ? tokenRecordOf(payload) : undefined;
    const info = kind === 'event_msg' ? tokenCountOf(payload) : undefined;
    const [total, own] = answer ? [answer.thread_token_usage, answer.usage] : [info?.total, info?.last];
    if (total && own) return difference(total, own);
  }
  return undefined;
}

import type { TokenUsage } from '../../model/usage.js';
import { CodexLines, recordOf } from './codexLines.js';
import { recordTime, tokenCountOf, tokenRecordOf, turnErrorOf } from './codexRecord.js';
import { objectOf } from '../jsonValue.js';

/** What the end of a rollout tells. */
export interface CodexTail {
  readonly lastUsed?: string | undefined;
  readonly model?: string | undefined;
  /** Why its last turn failed. */
  readonly error?: string | undefined;
  /** The thread's total, what it inherited included; absent where only the whole file tells. */
  readonly total?: TokenUsage | undefined;
}

const ends = ['task_started', 'turn_started', 'task_complete', 'turn_complete', 'turn_aborted'];

export function codexTail(tail: Buffer): CodexTail {
  const lines = new CodexLines(tail);
  const [end] = lines.lastMayHave(ends, 'error') ? lines.lastWith(ends) : [];
  return {
    lastUsed: lastTime(tail),
    model: lines.lastModel(),
    error: end && turnErrorOf(end.payload),
    total: totalIn(lines),
  };
}

/** The time of the last line that has one, a torn line too: it begins with it. */
function lastTime(tail: Buffer): string | undefined {
  for (let end = tail.length; end > 0;) {
    const start = tail.lastIndexOf(0x0a, end - 1) + 1;
    if (start === end) {
      end--;
      continue;
    }
    const [, time] = /^\s*\{\s*"timestamp"\s*:\s*"([^"]+)"/.exec(tail.toString('latin1', start, Math.min(end, start + 100))) ?? [];
    // Where the keys are in another order, all of the line tells.
    const lastUsed = recordTime(time ?? recordOf(tail.subarray(start, end))?.timestamp);
    if (lastUsed !== undefined) return lastUsed;
    end = start - 1;
  }
  return undefined;
}

function totalIn(lines: CodexLines): TokenUsage | undefined {
  const [answer] = lines.lastWith(['token_usage_record']);
  if (answer?.kind === 'token_usage_record') {
    const total = tokenRecordOf(answer.payload).thread_token_usage;
    if (total) return total;
  }
  for (const { payload } of lines.lastWith(['token_count'])) {
    const total = tokenCountOf(payload).total;
    // After an overflow it begins anew, and says more than its parts sum up to.
    if (total) return saidTotal(payload) === total.total ? total : undefined;
  }
  return undefined;
}

const saidTotal = (payload: Readonly<Record<string, unknown>>): unknown =>
  objectOf(objectOf(payload['info'])['total_token_usage'])['total_tokens'];

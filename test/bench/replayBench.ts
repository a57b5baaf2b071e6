import type { Entry } from '../../src/model/entry.js';
import { replayText } from '../../src/model/replayText.js';
import { replayView } from '../../src/model/replayView.js';
import { spreadOf, type Figure } from './figure.js';

const entries = 5_000;
/** Half of what a model holds that nobody knows more of: the default. */
const tokens = 64_000;

/** The history of a session of 5,000 entries, made for an agent that does not have it. */
export function replayBench(): readonly Figure[] {
  const history = Array.from({ length: entries }, (_, n) => entryOf(n));
  const times: number[] = [];
  for (let run = 0; run < 30; run++) {
    const start = performance.now();
    const text = replayText(replayView(history, { tokens }));
    times.push(performance.now() - start);
    if (text.length < tokens) throw new Error('the history was not made');
  }
  const spread = spreadOf(['context', times]);
  const name = `context of a session of ${entries.toLocaleString('en')} entries, in ${tokens.toLocaleString('en')} tokens, median`;
  return [{ name, value: spread.median, unit: 'ms', bound: 50, of: { entries }, spread: [spread] }];
}

/** As sessions are: a prompt, then thoughts, calls with their output, and an answer. */
function entryOf(n: number): Entry {
  const mark = { id: `e${String(n)}`, timestamp: '2026-11-21T10:00:00.000Z' };
  const text = (count: number): string =>
    Array.from({ length: count }, (_, k) => `${vocabulary[(n * 7 + k * 13) % vocabulary.length] ?? ''}${k % 9 === 8 ? '.\n' : ''}`).join(
      ' ',
    );
  switch (n % 8) {
    case 0:
      return { type: 'message', ...mark, message: { role: 'user', content: [{ type: 'text', text: text(40) }] } };
    case 1:
      return { type: 'thinking', ...mark, text: text(80) };
    case 4:
    case 7:
      return { type: 'message', ...mark, message: { role: 'assistant', content: [{ type: 'text', text: text(120) }] } };
    default:
      return {
        ...{ type: 'tool_call', ...mark },
        call: {
          id: mark.id,
          kind: 'edit',
          title: `Edit src/file${String(n)}.ts`,
          status: 'completed',
          output: text(150),
          locations: [{ path: `src/file${String(n)}.ts` }],
        },
      };
  }
}

const vocabulary =
  'the session keeps what an agent said const value = await store.read(id); and Größe naïve 12345 return undefined function turn'.split(
    ' ',
  );

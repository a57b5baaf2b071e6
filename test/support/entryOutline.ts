import type { Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import type { MessageUsage } from '../../src/model/usage.js';

/** An entry as one line that a person can check against the file it came from. */
export function entryOutline(entry: Entry): string {
  switch (entry.type) {
    case 'message': {
      const images = entry.message.content.filter((block) => block.type === 'image').map((block) => ` (${block.mime_type} ${block.data})`);
      const usage = entry.usage ? ` {${usageOutline(entry.usage)}}` : '';
      const error = entry.error === undefined ? '' : ` ! ${entry.error}`;
      return `${entry.message.role}: ${textOf(entry.message.content)}${images.join('')}${usage}${error}`;
    }
    case 'thinking':
      return `thinking: ${entry.text}`;
    case 'tool_call': {
      const { kind, status, title, input, output, diff = [] } = entry.call;
      const given = input === undefined ? '' : ` <- ${JSON.stringify(input)}`;
      const changes = diff.map(
        ({ path, old_text, new_text }) => ` [${path}: ${JSON.stringify(old_text ?? null)} => ${JSON.stringify(new_text)}]`,
      );
      return `${kind} ${status}: ${title}${given}${output === undefined ? '' : ` -> ${output}`}${changes.join('')}`;
    }
    case 'compact':
      return `compact: ${entry.summary}`;
    default:
      return entry.type;
  }
}

/** Input, output, cached, reasoning and total tokens, and the cost where it is known. */
function usageOutline({ input, output, cached, reasoning, total, cost_usd }: MessageUsage): string {
  const tokens = [input, output, cached, reasoning, total].join(' ');
  return cost_usd === null || cost_usd === undefined ? tokens : `${tokens} $${cost_usd}`;
}

import type { Entry } from './entry.js';
import { shownText } from './contentText.js';
import type { SessionRow } from './row.js';

/** A session as Markdown for reading and sharing: prompts, answers, and what was done between them. */
export function markdownOf(
  row: Pick<SessionRow, 'title' | 'id' | 'backend' | 'model' | 'created_at' | 'workdir'>,
  entries: readonly Entry[],
): string {
  const facts = [`id ${row.id}`, row.backend, row.model, row.created_at, row.workdir].filter(Boolean).join(' · ');
  return [`# ${oneLine(row.title) || 'Untitled session'}`, facts, ...entries.flatMap(sectionOf)].join('\n\n') + '\n';
}

function sectionOf(entry: Entry): string[] {
  switch (entry.type) {
    case 'message': {
      const text = shownText(entry.message.content);
      const who =
        entry.message.role === 'assistant' ? [entry.backend ?? 'assistant', entry.model].filter(Boolean).join(', ') : entry.message.role;
      const trouble = entry.error === undefined ? [] : [`> Error: ${oneLine(entry.error)}`];
      return [`## ${capital(who)} · ${entry.timestamp}`, ...(text ? [text] : []), ...trouble];
    }
    case 'thinking':
      return [`<details><summary>Thinking</summary>\n\n${entry.text}\n\n</details>`];
    case 'tool_call': {
      const { title, kind, status, output, diff = [] } = entry.call;
      const body = [output && fenced(output), ...diff.map(({ path, new_text }) => `${path}\n\n${fenced(new_text)}`)].filter(Boolean);
      return [`### ${capital(kind)}: ${oneLine(title)} (${status})`, ...body.map(String)];
    }
    case 'plan':
      return [entry.steps.map(({ text, status }) => `- [${status === 'done' ? 'x' : ' '}] ${oneLine(text)}`).join('\n')];
    case 'compact':
      return [`## Compacted · ${entry.timestamp}`, entry.summary];
    case 'reset':
      return [`## Reset · ${entry.timestamp}`];
    default:
      return [];
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A code block whose fence is longer than any in the text, so that nothing in it ends the block. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([fence]) => fence.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}`;
}

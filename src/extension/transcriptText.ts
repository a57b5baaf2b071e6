import type { Entry } from '../model/entry.js';
import { shownText } from '../model/contentText.js';
import type { SessionRow } from '../model/row.js';
import { agentTitle } from './agentTitle.js';
import { joined } from './amountText.js';
import { l10n } from './l10n.js';
import { rowLabel } from './rowText.js';

/** A transcript as a Markdown document to read: one heading per prompt and answer, one line per tool call. */
export function transcriptText(row: SessionRow, entries: readonly Entry[]): string {
  const facts = joined([row.backend === '' ? '' : agentTitle(row.backend), row.model ?? '', row.created_at, row.id]);
  const parts = entries.map((entry) => entryText(entry, row)).filter((text) => text !== '');
  return `${[`# ${rowLabel(row)}`, facts, ...parts].join('\n\n')}\n`;
}

function entryText(entry: Entry, row: SessionRow): string {
  switch (entry.type) {
    case 'message': {
      const { role, content } = entry.message;
      const who =
        role === 'user' ? l10n.t('Prompt') : role === 'system' ? l10n.t('System') : agentTitle(entry.backend ?? (row.backend || 'agent'));
      const stop = entry.stop_reason !== undefined && entry.stop_reason !== 'end_turn' ? `\n\n_${entry.stop_reason}_` : '';
      return `## ${who}\n\n${shownText(content)}${stop}`;
    }
    case 'thinking':
      return entry.text.replace(/^/gm, '> ');
    case 'tool_call':
      return `- ${entry.call.title} (${entry.call.status})${fenced(entry.call.output)}`;
    case 'plan':
      return entry.steps.map((step) => `- [${step.status === 'done' ? 'x' : ' '}] ${step.text}`).join('\n');
    case 'compact':
      return `---\n\n${l10n.t('Compacted')}\n\n${entry.summary}`;
    case 'reset':
      return `---\n\n${l10n.t('Reset')}`;
    case 'session':
    case 'info':
    case 'checkpoint':
    case 'lease':
      return '';
  }
}

/** A fence longer than any in the text, so that the text cannot end it. */
function fenced(output: string | undefined): string {
  if (output === undefined || output === '') return '';
  const longest = Math.max(2, ...[...output.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}\n${output.replace(/\n$/, '')}\n${fence}`;
}

import { format } from 'date-fns';
import { modelBeside } from '../model/modelName.js';
import type { SessionRow } from '../model/row.js';
import { textStart } from '../model/textStart.js';
import { agentTitle } from './agentTitle.js';
import { ageText, costText, joined } from './amountText.js';
import { l10n } from './l10n.js';
import { isOwn, rowIcon, rowLabel, rowState } from './rowText.js';

/**
 * A session's hover, as Markdown with theme icons and a plain HTML table. Everything that comes from a file is escaped:
 * a title can hold links, HTML or `$(icon)`.
 */
export function rowTooltip(row: SessionRow, now: number): string {
  const lines = [`**${escaped(rowLabel(row))}**`, `$(${rowIcon(row).id.replace('~spin', '')}) ${escaped(stateLine(row))}`];
  const facts = factsOf(row, now).filter(([, value]) => value !== '');
  const table = facts.map(([name, value]) => `<tr><td>${escaped(name)}&nbsp;&nbsp;</td><td>${escaped(value)}</td></tr>`).join('');
  return [...lines, `<table>${table}</table>`].join('\n\n');
}

function stateLine(row: SessionRow): string {
  const state = rowState(row);
  const holder = row.running && l10n.t('{0}, process {1}', row.running.program, row.running.pid);
  switch (state) {
    case 'waiting':
      return l10n.t('Needs you: {0}', holder ?? '');
    case 'running':
      return l10n.t('Running: {0}', holder ?? '');
    case 'failed':
      return l10n.t('Failed: {0}', row.error_message ?? l10n.t('the last turn did not end well'));
    case 'damaged':
      return row.problem?.detail ?? l10n.t('damaged');
    case 'archived':
      return l10n.t('Archived');
    case 'pinned':
      return l10n.t('Pinned');
    case 'fork':
      return l10n.t('Fork of another session');
    case 'spawned':
      return l10n.t('Started by another session');
    case 'foreign':
      return l10n.t("Found in {0}'s sessions, not yet in Skein", agentTitle(row.source));
    case 'plain':
      return row.status === 'completed' ? l10n.t('Completed') : l10n.t('Ready to go on');
  }
}

function factsOf(row: SessionRow, now: number): [name: string, value: string][] {
  const turns = row.turn_count === 1 ? l10n.t('1 turn') : l10n.t('{0} turns', row.turn_count);
  const { cached } = row.token_usage;
  const foreign = !isOwn(row);
  const source = agentTitle(row.source);
  const agent = row.backend === '' ? '' : agentTitle(row.backend);
  return [
    [l10n.t('Open'), foreign ? l10n.t('reads it; nothing is changed') : ''],
    [l10n.t('Go on'), foreign ? l10n.t('adopts a copy; {0} keeps its own', source) : ''],
    [l10n.t('Agent'), joined([agent, modelBeside(agent, row.model), thinking(row)])],
    [
      l10n.t('Last used'),
      joined([ageText(row.last_used_at, now), l10n.t('started {0}', timeText(row.created_at)), row.turn_count > 0 ? turns : '']),
    ],
    [l10n.t('Prompt'), row.prompt.trim() === rowLabel(row) ? '' : textStart(row.prompt, 160)],
    [l10n.t('Tokens'), tokensFact(row.tokens, cached)],
    [l10n.t('Cost'), costText(row.cost_usd) || (row.cost_usd === null && row.tokens > 0 ? l10n.t('unknown') : '')],
    [l10n.t('Tags'), row.tags.join(', ')],
    [l10n.t('Folder'), row.worktree === undefined ? '' : l10n.t('worktree {0}', row.worktree)],
    [l10n.t('Id'), foreign ? row.id : row.id.slice(0, 8)],
  ];
}

function tokensFact(tokens: number, cached: number): string {
  if (tokens <= 0) return '';
  return cached > 0
    ? l10n.t('{0}, of these {1} from the cache', tokens.toLocaleString(), cached.toLocaleString())
    : tokens.toLocaleString();
}

const thinking = (row: SessionRow): string => {
  const level = row.settings.thinking_level;
  return level === undefined || level === 'off' ? '' : l10n.t('thinking {0}', level);
};

function timeText(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : format(time, 'yyyy-MM-dd HH:mm');
}

/** Text as itself, in Markdown and HTML alike: entities for what opens a tag, backslashes for the rest, one line. */
export function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+\-.!|$~]/g, (char) => `&#${char.charCodeAt(0)};`);
}

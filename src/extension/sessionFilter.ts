import type { SessionRow } from '../model/row.js';
import { agentTitle } from './agentTitle.js';
import { l10n } from './l10n.js';

/** What the tree is narrowed to. Values of one list are alternatives; the lists all have to hold. */
export interface SessionFilter {
  readonly backends: readonly string[];
  readonly statuses: readonly string[];
  readonly tags: readonly string[];
  readonly sources: readonly string[];
  readonly text: string;
  /** Also shows archived sessions. Widens, so it hides nothing and is no active filter. */
  readonly archived: boolean;
}

export const noFilter: SessionFilter = { backends: [], statuses: [], tags: [], sources: [], text: '', archived: false };

/** Whether the filter can hide anything. */
export function isActive(filter: SessionFilter): boolean {
  const { backends, statuses, tags, sources, text } = filter;
  return backends.length + statuses.length + tags.length + sources.length > 0 || text !== '';
}

export function matches(filter: SessionFilter, row: SessionRow): boolean {
  const one = (wanted: readonly string[], have: readonly string[]): boolean =>
    wanted.length === 0 || wanted.some((value) => have.includes(value));
  if (!one(filter.backends, [row.backend]) || !one(filter.statuses, [row.status])) return false;
  if (!one(filter.tags, row.tags) || !one(filter.sources, [row.source])) return false;
  const text = filter.text.toLowerCase();
  return text === '' || [row.title, row.prompt, row.id, ...row.tags].some((value) => value.toLowerCase().includes(text));
}

/** The filter in words: `agent: Gemini, tag: auth`. */
export function filterText(filter: SessionFilter): string {
  return [
    ...filter.backends.map((name) => l10n.t('agent: {0}', agentTitle(name))),
    ...filter.statuses.map((status) => l10n.t('status: {0}', status)),
    ...filter.tags.map((tag) => l10n.t('tag: {0}', tag)),
    ...filter.sources.map((source) => l10n.t('from: {0}', agentTitle(source))),
    ...(filter.text === '' ? [] : [l10n.t('text: {0}', filter.text)]),
  ].join(', ');
}

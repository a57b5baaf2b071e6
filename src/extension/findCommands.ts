import * as vscode from 'vscode';
import { sessionStatuses } from '../model/sessionStatus.js';
import { agentTitle } from './agentTitle.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { windowFolders } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import { askQuery, saveButton } from './queryInput.js';
import { groupings, statusText, type GroupBy } from './rowGroups.js';
import { openSearchPick, type FoundHit } from './searchPick.js';
import { noFilter, type SessionFilter } from './sessionFilter.js';
import type { SessionList } from './sessionList.js';
import { groupBySetting } from './sessionsTree.js';

type Names = 'search' | 'filter' | 'changeFilter' | 'clearFilter' | 'groupBy' | 'refresh';

const hitLimit = 50;

/** Finding sessions and arranging them. */
export function findCommands({ client, list, panels }: CommandParts): Pick<CommandHandlers, Names> {
  const find = async (query: string, token: vscode.CancellationToken): Promise<readonly FoundHit[]> => {
    const found = await Promise.all(
      windowFolders().map(async (folder) =>
        (await client.request('sessions/search', { folder: folder.path, query, limit: hitLimit }, token)).map((hit) => ({
          target: { folder, row: hit.row },
          hit,
        })),
      ),
    );
    return found.flat();
  };
  const changeFilter = async (): Promise<void> => {
    const filter = await chooseFilter(list);
    if (filter) await list.setFilter(filter);
  };
  return {
    search: (text) =>
      openSearchPick({
        find,
        open: ({ target, hit }) => void panels.open({ folder: target.folder, id: target.row.id }, { reveal: hit.entry }),
        text: typeof text === 'string' ? text : '',
      }),
    filter: changeFilter,
    changeFilter,
    clearFilter: () => list.setFilter({ ...noFilter, archived: list.filter.archived }),
    groupBy: async (wanted) => {
      const known = groupings.find((grouping) => grouping === wanted);
      const choice = known ?? (await chooseGrouping());
      const target =
        vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
      if (choice) await vscode.workspace.getConfiguration('skein').update('groupBy', choice, target);
    },
    refresh: () => list.refresh(),
  };
}

interface FilterItem extends vscode.QuickPickItem {
  readonly add?: (filter: SessionFilter) => SessionFilter;
  readonly asksText?: boolean;
}

/** Every value that sessions have, to be ticked; text is asked for when it is. `undefined` when the person changed their mind. */
async function chooseFilter(list: SessionList): Promise<SessionFilter | undefined> {
  await list.load();
  const rows = list.all.map(({ row }) => row);
  const { filter } = list;
  const values = (select: (row: (typeof rows)[number]) => readonly string[]): readonly string[] =>
    [...new Set(rows.flatMap(select))].filter((value) => value !== '').sort();
  const section = (label: string, items: readonly FilterItem[]): FilterItem[] =>
    items.length > 0 ? [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items] : [];
  const items: FilterItem[] = [
    ...section(l10n.t('Text'), [
      { label: l10n.t('Matching a search…'), description: filter.text, picked: filter.text !== '', asksText: true },
    ]),
    ...section(
      l10n.t('Agent'),
      values((row) => [row.backend]).map((name) => ({
        label: agentTitle(name),
        picked: filter.backends.includes(name),
        add: (f) => ({ ...f, backends: [...f.backends, name] }),
      })),
    ),
    ...section(
      l10n.t('Status'),
      sessionStatuses
        .filter((status) => rows.some((row) => row.status === status))
        .map((status) => ({
          label: statusText(status),
          picked: filter.statuses.includes(status),
          add: (f) => ({ ...f, statuses: [...f.statuses, status] }),
        })),
    ),
    ...section(
      l10n.t('Tag'),
      values((row) => row.tags).map((tag) => ({
        label: tag,
        picked: filter.tags.includes(tag),
        add: (f) => ({ ...f, tags: [...f.tags, tag] }),
      })),
    ),
    ...section(
      l10n.t('From'),
      values((row) => [row.source]).map((source) => ({
        label: agentTitle(source),
        picked: filter.sources.includes(source),
        add: (f) => ({ ...f, sources: [...f.sources, source] }),
      })),
    ),
    ...section(l10n.t('Also'), [{ label: l10n.t('Archived sessions'), picked: filter.archived, add: (f) => ({ ...f, archived: true }) }]),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Filter sessions'),
    placeHolder: l10n.t('Show sessions with…'),
    canPickMany: true,
  });
  if (!picked) return undefined;
  const chosen = picked.reduce<SessionFilter>((result, item) => item.add?.(result) ?? result, noFilter);
  if (!picked.some((item) => item.asksText)) return chosen;
  const text = await askQuery({ title: l10n.t('Filter sessions'), value: filter.text, buttons: [saveButton()], ...nextStep });
  return text === undefined ? undefined : { ...chosen, text };
}

async function chooseGrouping(): Promise<GroupBy | undefined> {
  const labels: Readonly<Record<GroupBy, string>> = {
    date: l10n.t('Date'),
    agent: l10n.t('Agent'),
    status: l10n.t('Status'),
    tag: l10n.t('Tag'),
  };
  const now = groupBySetting();
  const items = groupings.map((grouping) => ({ label: labels[grouping], description: grouping === now ? l10n.t('now') : '', grouping }));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Group sessions by'), placeHolder: l10n.t('One heading for each…') }))
    ?.grouping;
}

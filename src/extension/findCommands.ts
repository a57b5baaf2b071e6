import * as vscode from 'vscode';
import type { SearchHit } from '../model/report.js';
import { sessionStatuses } from '../model/record.js';
import { agentTitle } from './agentTitle.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { failureText } from './failureText.js';
import { windowFolders } from './folders.js';
import { l10n } from './l10n.js';
import { groupings, statusText, type GroupBy } from './rowGroups.js';
import { noFilter, type SessionFilter } from './sessionFilter.js';
import { sessionItem, type Target } from './sessionPick.js';
import type { SessionList } from './sessionList.js';
import { groupBySetting } from './sessionsTree.js';

type Names = 'search' | 'filter' | 'changeFilter' | 'clearFilter' | 'groupBy' | 'refresh';

/** A search that starts with each key stroke would be out of date before it ends. */
const typingMs = 150;
const hitLimit = 50;

/** Finding sessions and arranging them. */
export function findCommands({ client, list, panels }: CommandParts): Pick<CommandHandlers, Names> {
  const search = async (query: string, token: vscode.CancellationToken): Promise<readonly HitItem[]> => {
    const found = await Promise.all(
      windowFolders().map(async (folder) =>
        (await client.request('sessions/search', { folder: folder.path, query, limit: hitLimit }, token)).map((hit) =>
          hitItem({ folder, row: hit.row }, hit),
        ),
      ),
    );
    return found.flat();
  };
  const changeFilter = async (): Promise<void> => {
    const filter = await chooseFilter(list);
    if (filter) await list.setFilter(filter);
  };
  return {
    search: (text) => liveSearch(search, panels, typeof text === 'string' ? text : ''),
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

interface HitItem extends vscode.QuickPickItem {
  readonly target: Target;
  readonly entry: string | undefined;
}

/** The line that matched, under its session. Always shown: VS Code would filter again, by the label alone. */
function hitItem(target: Target, { line, entry }: SearchHit): HitItem {
  return { ...sessionItem(target, line.replace(/\s+/g, ' ').trim().slice(0, 200)), alwaysShow: true, entry };
}

/** Results as one types, over titles, prompts and transcripts. Enter opens the session at the message. */
function liveSearch(
  search: (query: string, token: vscode.CancellationToken) => Promise<readonly HitItem[]>,
  panels: CommandParts['panels'],
  text: string,
): void {
  const pick = vscode.window.createQuickPick<HitItem>();
  pick.title = l10n.t('Search sessions');
  pick.placeholder = l10n.t('Words in titles, prompts and answers');
  let running: vscode.CancellationTokenSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async (query: string): Promise<void> => {
    running?.cancel();
    const source = new vscode.CancellationTokenSource();
    running = source;
    pick.busy = true;
    try {
      const items = query.trim() === '' ? [] : await search(query.trim(), source.token);
      if (running === source) pick.items = items;
    } catch (error) {
      if (running === source) pick.items = [];
      if (!source.token.isCancellationRequested) pick.title = l10n.t('Search sessions: {0}', failureText(error).message);
    } finally {
      if (running === source) pick.busy = false;
      source.dispose();
    }
  };
  pick.onDidChangeValue((query) => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(query), typingMs);
  });
  pick.onDidAccept(() => {
    const [chosen] = pick.selectedItems;
    if (!chosen) return;
    pick.hide();
    void panels.open({ folder: chosen.target.folder, id: chosen.target.row.id }, { reveal: chosen.entry });
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    running?.cancel();
    pick.dispose();
  });
  pick.value = text;
  if (text !== '') void run(text);
  pick.show();
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
      { label: l10n.t('Title, prompt or tag contains…'), description: filter.text, picked: filter.text !== '', asksText: true },
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
  const text = await vscode.window.showInputBox({
    title: l10n.t('Filter sessions'),
    prompt: l10n.t('Text in the title, prompt or tags'),
    value: filter.text,
  });
  return text === undefined ? undefined : { ...chosen, text: text.trim() };
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

import * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import { windowFolders } from './folders.js';
import type { SessionClient } from './sessionClient.js';
import { isActive } from './sessionFilter.js';
import type { SessionList } from './sessionList.js';
import { groupBySetting } from './sessionsTree.js';

/** The keys that menus, enablement and welcome content of the manifest ask for. */
interface ContextKeys {
  readonly hasSessions: boolean;
  readonly allHidden: boolean;
  readonly filterActive: boolean;
  /** An agent other than the demo is installed. Asked for when there is nothing to list: that is when it is shown. */
  readonly hasAgent: boolean;
  readonly loaded: boolean;
  readonly serverState: string;
  readonly groupBy: string;
}

export function registerContextKeys(client: SessionClient, list: SessionList, log: vscode.LogOutputChannel): vscode.Disposable {
  let known: Partial<ContextKeys> = {};
  const set = (keys: Partial<ContextKeys>): void => {
    for (const [name, value] of Object.entries(keys)) {
      if (known[name as keyof ContextKeys] !== value) void vscode.commands.executeCommand('setContext', `skein.${name}`, value);
    }
    known = { ...known, ...keys };
  };
  const update = async (): Promise<void> => {
    const shown = list.current.reduce((sum, { rows }) => sum + rows.length, 0);
    const hidden = list.current.reduce((sum, folder) => sum + folder.hidden, 0);
    const loaded = list.current.length > 0;
    set({
      hasSessions: shown + hidden > 0,
      allHidden: shown === 0 && hidden > 0,
      filterActive: isActive(list.filter),
      groupBy: groupBySetting(),
    });
    const folder = windowFolders()[0];
    if (loaded && shown + hidden === 0 && folder && client.state === 'running') {
      const agents = await client.request('agents/list', { folder: folder.path });
      set({ hasAgent: agents.some((agent) => !agent.demo && agent.problem === undefined) });
    }
    set({ loaded });
  };
  const safely = (): void => void update().catch((error: unknown) => log.warn(`context keys: ${messageOf(error)}`));
  set({
    hasSessions: false,
    allHidden: false,
    filterActive: isActive(list.filter),
    hasAgent: false,
    loaded: false,
    serverState: client.state,
    groupBy: groupBySetting(),
  });
  return vscode.Disposable.from(
    list.onChanged(safely),
    client.onState((state) => set({ serverState: state })),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('skein.groupBy')) safely();
    }),
  );
}

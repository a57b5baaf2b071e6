import * as vscode from 'vscode';
import type { AgentInfoData } from '../protocol/requests.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { chooseFolder } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';

/** Keys for agents that are reached over HTTP. */
export function keyCommands({ client, keys, list, panels }: CommandParts): Pick<CommandHandlers, 'setKey'> {
  return {
    setKey: async (name) => {
      const folder = await chooseFolder(panels.current()?.subject.folder);
      if (!folder) return;
      const agents = (await client.request('agents/list', { folder: folder.path })).filter(({ key }) => key !== undefined);
      const agent = agents.find((each) => each.name === name) ?? (await chooseEndpoint(agents));
      if (!agent) return;
      const wanted = agent.key === 'editor' ? await chooseChange(agent) : 'set';
      if (wanted === 'remove') {
        await keys.remove(agent.name);
        void vscode.window.showInformationMessage(l10n.t('The key of {0} was removed.', agent.title));
      } else if (wanted === undefined || !(await askForKey(agent, (key) => keys.set(agent.name, key)))) return;
      await list.refresh();
    },
  };
}

async function chooseEndpoint(agents: readonly AgentInfoData[]): Promise<AgentInfoData | undefined> {
  const items = agents.map((agent) => ({ label: agent.title, description: keyState(agent), detail: agent.path ?? '', agent }));
  const placeHolder = items.length > 0 ? l10n.t('Whose key?') : l10n.t('No agent with an endpoint is set in skein.agents');
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Set a key'), placeHolder }))?.agent;
}

function keyState({ key }: AgentInfoData): string {
  switch (key) {
    case 'editor':
      return l10n.t('key kept here');
    case 'environment':
      return l10n.t('key from the environment');
    case 'missing':
      return l10n.t('no key yet');
    default:
      return l10n.t('asked without a key');
  }
}

async function chooseChange({ title }: AgentInfoData): Promise<'set' | 'remove' | undefined> {
  const items = [
    { label: l10n.t('Set another key'), wanted: 'set' as const },
    { label: l10n.t('Remove the key'), description: l10n.t('that of the environment holds again'), wanted: 'remove' as const },
  ];
  return (await vscode.window.showQuickPick(items, { title: l10n.t('The key of {0}', title), ...nextStep }))?.wanted;
}

async function askForKey({ title }: AgentInfoData, keep: (key: string) => Promise<void>): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: l10n.t('The key of {0}', title),
    prompt: l10n.t('It is kept in the editor’s secret storage and goes to {0} alone', title),
    password: true,
    ...nextStep,
  });
  if (key === undefined || key.trim() === '') return false;
  await keep(key.trim());
  void vscode.window.showInformationMessage(l10n.t('The key of {0} is kept in the editor’s secret storage.', title));
  return true;
}

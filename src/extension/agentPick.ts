import * as vscode from 'vscode';
import type { AgentOffers } from '../model/agentOffers.js';
import { modelName } from '../model/modelName.js';
import type { AgentInfoData } from '../protocol/requests.js';
import { commandId } from './commandTable.js';
import { defaultBackend } from './defaultBackend.js';
import type { Folder } from './folder.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import type { SessionClient } from './sessionClient.js';
import type { SessionList } from './sessionList.js';

export interface AgentChoice {
  readonly backend: string;
  readonly model?: string | undefined;
}

interface AgentItem extends vscode.QuickPickItem {
  readonly agent?: AgentInfoData;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly choice?: 'default' | 'other';
  readonly id?: string;
}

/** Asks who goes on with a session that `current` has; see `chooseAgent`. */
export function chooseNextAgent(client: SessionClient, list: SessionList, folder: Folder, current: string) {
  const titles = { agent: l10n.t('Switch agent (1/2): agent'), model: l10n.t('Switch agent (2/2): model') };
  return chooseAgent(client, list, folder, { first: current, mark: l10n.t('(now)'), titles });
}

/** Asks who answers in a new session; see `chooseAgent`. */
export function chooseFirstAgent(client: SessionClient, list: SessionList, folder: Folder) {
  const titles = { agent: l10n.t('New session (1/2): agent'), model: l10n.t('New session (2/2): model') };
  return chooseAgent(client, list, folder, { first: defaultBackend(folder), mark: l10n.t('(default)'), titles });
}

interface Question {
  /** The agent at the top of the list, and how it is marked. */
  readonly first: string | undefined;
  readonly mark: string;
  readonly titles: { readonly agent: string; readonly model: string };
}

/** Asks for an agent, then for one of its models; `undefined` when the person changed their mind or installs one first. */
async function chooseAgent(client: SessionClient, list: SessionList, folder: Folder, question: Question): Promise<AgentChoice | undefined> {
  const agents = await client.request('agents/list', { folder: folder.path });
  const options = { title: question.titles.agent, placeHolder: l10n.t('Who should answer?'), matchOnDescription: true };
  const agent = (await vscode.window.showQuickPick(agentItems(agents, question), options))?.agent;
  if (!agent) return undefined;
  if (agent.problem !== undefined) {
    await vscode.commands.executeCommand(commandId(agent.key === 'missing' ? 'setKey' : 'installAgent'), agent.name);
    return undefined;
  }
  if (agent.demo) return { backend: agent.name };
  // An agent that has told nothing yet takes a moment.
  const offers = client.request('agents/offers', { folder: folder.path, agent: agent.name, ask: true });
  const models = offers.then((told) => (told.models.length > 0 ? told.models : usedModels(list, agent.name)));
  const model = await chooseModel(agent, models, question.titles.model);
  return model && { backend: agent.name, ...(model.name === undefined ? {} : { model: model.name }) };
}

/** Agents that can be started first, one of them at the top; then those that could be installed. */
function agentItems(agents: readonly AgentInfoData[], { first, mark }: Question): AgentItem[] {
  const item = (agent: AgentInfoData): AgentItem => {
    const about = agent.demo ? l10n.t('built in, needs no key: for trying things out') : (agent.version ?? '');
    const description = agent.name === first ? `${about} ${mark}`.trim() : about;
    const icon = new vscode.ThemeIcon(agent.demo ? 'beaker' : 'hubot');
    return {
      label: agent.title,
      description: agent.problem ?? description,
      iconPath: icon,
      agent,
      ...(agent.problem !== undefined && agent.install !== undefined ? { detail: agent.install } : {}),
    };
  };
  const ready = agents.filter((agent) => agent.problem === undefined).sort((a, b) => Number(b.name === first) - Number(a.name === first));
  const missing = agents.filter((agent) => agent.problem !== undefined);
  const separator: AgentItem[] = missing.length > 0 ? [{ label: l10n.t('Not installed'), kind: vscode.QuickPickItemKind.Separator }] : [];
  return [...ready.map(item), ...separator, ...missing.map(item)];
}

async function chooseModel(
  agent: AgentInfoData,
  models: Promise<AgentOffers['models']>,
  title: string,
): Promise<{ readonly name?: string } | undefined> {
  const itemsOf = (known: AgentOffers['models']): ModelItem[] => [
    { label: l10n.t('Default model'), description: l10n.t('what {0} is set to', agent.title), choice: 'default' },
    ...known.map(({ id, title: label }): ModelItem => ({ label, id, ...(label === id ? {} : { description: id }) })),
    { label: l10n.t('Other model…'), choice: 'other' },
  ];
  const picked = await vscode.window.showQuickPick<ModelItem>(models.then(itemsOf), {
    title,
    placeHolder: l10n.t('Which model?'),
    matchOnDescription: true,
    ...nextStep,
  });
  if (!picked) return undefined;
  if (picked.choice !== 'other') return picked.id === undefined ? {} : { name: picked.id };
  const name = await vscode.window.showInputBox({
    title,
    prompt: l10n.t('The name that {0} knows the model by', agent.title),
    ...nextStep,
  });
  return name === undefined || name.trim() === '' ? undefined : { name: name.trim() };
}

/** Models that sessions of this agent used, the last used first: for an agent that has not told what it has. */
function usedModels(list: SessionList, backend: string): AgentOffers['models'] {
  const rows = list.all.map(({ row }) => row).filter((row) => row.backend === backend);
  const sorted = rows.toSorted((a, b) => Date.parse(b.last_used_at) - Date.parse(a.last_used_at));
  const names = new Set(sorted.flatMap((row) => row.settings.model ?? row.model ?? []));
  return [...names].slice(0, 12).map((id) => ({ id, title: modelName(id) }));
}

import { SessionError } from '../../model/errors.js';
import type { PromptCommandInfo, PromptOutcome } from '../../model/promptCommand.js';
import type { AgentFacts } from './agentFacts.js';
import { commandHelp, commandOf, commandSpecs, type CommandName, type ParsedCommand } from '../prompts/promptCommands.js';
import { patchFrom } from '../config/sessionSettings.js';
import { statusLines, usageLines } from '../config/settingsReport.js';
import type { AgentInfo, Workspace } from '../workspace.js';

/** What a command works with: the session, its folder's verbs, and what is known of its agent. */
export interface PromptScene {
  readonly id: string;
  readonly workspace: Workspace;
  readonly facts: AgentFacts;
}

/**
 * Does what a prompt asks of Skein itself. Not handled is a prompt for the agent: no command, one that the agent alone knows,
 * or one that both know and whose words fit only the agent's. `usage` for words that do not fit.
 */
export async function runPrompt(scene: PromptScene, text: string): Promise<PromptOutcome> {
  const command = commandOf(text);
  if (!command) return { handled: false };
  try {
    return { handled: true, ...(await acts[command.name](scene, command)) };
  } catch (error) {
    const isAgents = scene.facts.commands.some(({ name }) => name === command.name);
    if (isAgents && error instanceof SessionError && error.code === 'usage') return { handled: false };
    throw error;
  }
}

type Act = (scene: PromptScene, command: ParsedCommand) => Promise<{ readonly text: string; readonly id?: string }>;

const acts: Readonly<Record<CommandName, Act>> = {
  model: setting('model', 'model', ({ facts }) => facts.models.map(({ id }) => id)),
  think: setting('thinking_level', 'thinking'),
  mode: setting('permission_mode', 'mode'),
  agent: async (scene, { rest }) => {
    const { id, workspace } = scene;
    if (rest === '') {
      const names = (await installed(workspace)).map(({ name }) => name);
      return { text: `agent: ${(await workspace.get(id)).backend || 'none yet'}\nto choose from: ${names.join(', ')}` };
    }
    const [row] = await workspace.patch([id], { backend: rest });
    return { text: `agent: ${row?.backend ?? rest}, which is told what was said` };
  },
  verbose: async ({ id, workspace }, { rest }) => {
    const was = (await workspace.get(id)).settings.verbose === true;
    const [row] = await workspace.patch([id], patchFrom([`verbose=${rest === '' ? String(!was) : rest}`], { tags: [] }));
    return { text: `verbose: ${row?.settings.verbose === true ? 'on' : 'off'}` };
  },
  tag: async ({ id, workspace }, { rest }) => {
    const words = rest.split(/[\s,]+/).filter(Boolean);
    if (words.length === 0) throw usage('tag');
    const removeTags = words.filter((word) => word.startsWith('-')).map((word) => word.slice(1));
    const [row] = await workspace.patch([id], { addTags: words.filter((word) => !word.startsWith('-')), removeTags });
    return { text: `tags: ${row?.tags.join(', ') || 'none'}` };
  },
  rename: async ({ id, workspace }, { rest }) => {
    if (rest === '') throw usage('rename');
    const [row] = await workspace.patch([id], { title: rest });
    return { text: `title: ${row?.title ?? rest}` };
  },
  fork: async ({ id, workspace }, { rest }) => {
    const fork = await workspace.fork(id, rest === '' ? {} : { title: rest });
    return { text: `forked: this is session ${fork.id} now`, id: fork.id };
  },
  usage: async ({ id, workspace }) => ({ text: usageLines(await workspace.get(id)).join('\n') }),
  status: async ({ id, workspace }) => ({ text: statusLines(await workspace.settings(id)).join('\n') }),
  help: ({ facts }) => Promise.resolve({ text: commandHelp(agentCommands(facts)) }),
};

/** A command that shows a setting, or sets it. */
function setting(key: string, shown: string, values: (scene: PromptScene) => readonly string[] = () => []): Act {
  return async (scene, { name, rest }) => {
    const { id, workspace } = scene;
    if (rest.includes(' ')) throw usage(name);
    if (rest !== '') await workspace.patch([id], patchFrom([`${key}=${rest}`], { tags: [] }));
    const line = statusLines(await workspace.settings(id)).find((text) => text.startsWith(`${shown}: `));
    const choices = rest === '' ? [...valuesOf(name), ...values(scene)] : [];
    return {
      text: [line ?? `${shown}: as the agent does it`, ...(choices.length > 0 ? [`to choose from: ${choices.join(', ')}`] : [])].join('\n'),
    };
  };
}

const valuesOf = (name: CommandName): readonly string[] => {
  const spec = commandSpecs[name];
  return 'values' in spec ? spec.values : [];
};

const usage = (name: CommandName): SessionError =>
  new SessionError('usage', `/${name} ${commandSpecs[name].argument}`, { hint: commandSpecs[name].summary });

const installed = async (workspace: Workspace): Promise<readonly AgentInfo[]> =>
  (await workspace.agents()).filter(({ problem }) => problem === undefined);

/** The agent's own commands that Skein has not got itself. */
const agentCommands = ({ commands }: AgentFacts) =>
  commands
    .filter(({ name }) => !Object.hasOwn(commandSpecs, name))
    .map(({ name, description, hint }) => ({ name, summary: description, argument: hint }));

/** Every command that a prompt of the session may begin with, and what may follow it. */
export async function promptCommands({ workspace, facts }: Omit<PromptScene, 'id'>): Promise<readonly PromptCommandInfo[]> {
  const agents = (await installed(workspace)).map(({ name }) => name);
  const choices: Partial<Record<CommandName, readonly string[]>> = { agent: agents, model: facts.models.map(({ id }) => id) };
  const own = (Object.keys(commandSpecs) as CommandName[]).map((name) => {
    const { summary, argument } = commandSpecs[name];
    return { name, summary, argument, values: [...(choices[name] ?? valuesOf(name))], from: 'skein' as const };
  });
  return [...own, ...agentCommands(facts).map((command) => ({ ...command, values: [], from: 'agent' as const }))];
}

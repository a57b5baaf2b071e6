import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as z from 'zod';
import { jsonOf } from '../model/json.js';
import { connectAcp } from './acpConnection.js';
import type { Environment } from './agentEnvironment.js';
import type { ConnectAgent } from './agentStart.js';

/**
 * OpenCode. By itself it asks for nothing, and a folder's own settings may say what it need not ask for: so it is told on top of
 * all settings, through its environment, to ask. What the person's own settings say of single commands, files or addresses stands.
 */
export const connectOpencode: ConnectAgent = async (start) => {
  const { env } = start.command;
  const content = JSON.stringify(await asking(env));
  return connectAcp({ ...start, command: { ...start.command, env: { ...env, OPENCODE_CONFIG_CONTENT: content } } });
};

/** What changes something, or tells something to others. */
const tools = ['edit', 'bash', 'webfetch'] as const;

const ruleSchema = z.union([z.string(), z.record(z.string(), z.string())]);
const permissionSchema = z.looseObject({ edit: ruleSchema.optional(), bash: ruleSchema.optional(), webfetch: ruleSchema.optional() });
const settingsSchema = z.looseObject({
  permission: permissionSchema.optional().catch(undefined),
  agent: z
    .record(z.string(), z.looseObject({ permission: permissionSchema.optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});
type Settings = z.infer<typeof settingsSchema>;

/** The settings of the environment, with the permissions of the agents that stand for our modes. */
async function asking(env: Environment): Promise<Settings> {
  const given = settingsOf(env['OPENCODE_CONFIG_CONTENT']);
  const own = [...(await ownSettings(env)), given];
  const agents = (['build', 'plan'] as const).map((name) => {
    const said = own.flatMap(({ permission, agent }) => [permission, agent?.[name]?.permission]);
    const rules = Object.fromEntries(tools.map((tool) => [tool, ruleOf(said.map((each) => each?.[tool]))]));
    // What the folder allows, a plan would do.
    const permission = name === 'plan' ? { ...rules, edit: 'deny' } : rules;
    return [name, { ...given.agent?.[name], permission: { ...given.agent?.[name]?.permission, ...permission } }] as const;
  });
  return { ...given, agent: { ...given.agent, ...Object.fromEntries(agents) } };
}

/** Asks, but for what the rules say of single cases, and where they refuse all. The later rule is the stronger one. */
function ruleOf(rules: readonly (z.infer<typeof ruleSchema> | undefined)[]): z.infer<typeof ruleSchema> {
  const said = rules.map((rule) => (typeof rule === 'string' ? { '*': rule } : rule));
  const { '*': all, ...single } = Object.assign({}, ...said) as Record<string, string>;
  const rest = all === 'deny' ? all : 'ask';
  // Not every tool takes rules for single cases.
  return Object.keys(single).length === 0 ? rest : { '*': rest, ...single };
}

/** The person's own settings, weakest first. A file with comments in it is none that we can read: there it asks for everything. */
async function ownSettings(env: Environment): Promise<readonly Settings[]> {
  const folder = path.join(env['XDG_CONFIG_HOME'] || path.join(env['HOME'] || os.homedir(), '.config'), 'opencode');
  const files = ['config.json', 'opencode.json', 'opencode.jsonc'].map((name) => path.join(folder, name));
  return Promise.all([...files, env['OPENCODE_CONFIG']].map(async (file) => settingsOf(file && (await textOf(file)))));
}

function settingsOf(text: string | undefined): Settings {
  const parsed = settingsSchema.safeParse(text === undefined ? {} : jsonOf(text));
  return parsed.success ? parsed.data : {};
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return undefined;
    throw error;
  }
}

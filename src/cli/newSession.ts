import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import * as path from 'node:path';
import { requireAgent } from '../core/turns/switchAgent.js';
import type { Workspace } from '../core/workspace.js';
import type { SessionSettings } from '../model/record.js';
import { converse } from './conversation.js';
import type { Invocation } from './invocation.js';
import type { Options } from './options.js';

/** `skein "prompt"`: a new session, made when its first prompt is there. */
export async function newSession(invocation: Invocation, prompt: string | undefined): Promise<undefined> {
  const { options } = invocation;
  const workspace = options.ephemeral === true ? await scratchWorkspace(invocation) : await invocation.open();
  let id: string | undefined;
  await converse(invocation, workspace, async (terminal) => (id ??= await create({ ...invocation, terminal }, workspace)), prompt);
}

async function create({ options, terminal }: Invocation, workspace: Workspace): Promise<string> {
  const { backend, model, title, tag: tags } = options;
  // An agent that cannot be started must not leave a session behind that nobody answered.
  const chosen = await workspace.config().get('default_backend');
  const asked = backend ?? (typeof chosen === 'string' ? chosen : undefined);
  if (asked !== undefined) requireAgent(await workspace.agents(), asked);
  const record = await workspace.create({ backend, model, title, tags, settings: settingsOf(options) });
  if (asked === undefined) {
    const demo = record.backend === 'demo';
    terminal.say(
      demo ? 'no agent was found: the built-in demo answers (skein agents)' : `no default_backend is set: ${record.backend} answers`,
    );
  }
  if (options.ephemeral !== true) terminal.say(`session ${record.id}`);
  return record.id;
}

/** What the options say about how a session works; undefined when they say nothing. */
export function settingsOf({ model, mode, think }: Options): SessionSettings | undefined {
  if (model === undefined && mode === undefined && think === undefined) return undefined;
  return {
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { permission_mode: mode }),
    ...(think === undefined ? {} : { thinking_level: think }),
  };
}

/**
 * A store in a folder of its own that is gone when the command ends: `--ephemeral`. The person's settings are copied into a
 * home beside it, because a home also remembers stores, and this one must not be remembered.
 */
async function scratchWorkspace({ open, env, atEnd }: Invocation): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'skein-ephemeral-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const home = path.join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  await copySettings(env['SKEIN_HOME'] || path.join(env['HOME'] || homedir(), '.skein'), home);
  return open({ env: { ...env, SKEIN_HOME: home, SKEIN_STORE: path.join(folder, 'store') } });
}

async function copySettings(from: string, to: string): Promise<void> {
  try {
    await copyFile(path.join(from, 'config.yaml'), path.join(to, 'config.yaml'));
  } catch (error) {
    // Most people have none.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

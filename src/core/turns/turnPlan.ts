import { realpath } from 'node:fs/promises';
import type { AgentCatalog, AgentInfo, ForkPoint } from '../../agents/agent.js';
import type { Entry, EntryOf } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { messageOf } from '../../model/errors.js';
import { isInside } from '../../model/folderPath.js';
import { tighterMode } from '../../model/permissionRule.js';
import type { SessionRecord } from '../../model/record.js';
import type { PermissionMode } from '../../model/permissionMode.js';
import type { ThinkingLevel } from '../../model/thinkingLevel.js';
import { agentDefaults } from '../config/agentOffers.js';
import type { CoreContext } from '../context.js';
import { defaultBackend } from '../config/defaultBackend.js';
import type { TurnOptions } from '../workspace.js';

/** All that is settled before a turn's agent is started. */
export interface TurnPlan {
  readonly backend: string;
  readonly model: string | undefined;
  /** Models to go on with, in order, where that one fails. */
  readonly fallbacks: readonly string[];
  readonly thinking: ThinkingLevel | undefined;
  readonly mode: PermissionMode;
  /** Absolute and real. */
  readonly cwd: string;
  readonly historyLimit: number;
  /** Tokens of history for an agent that cannot resume; up to 1 a part of what its model holds. */
  readonly replayTokens: number;
  readonly writesUsage: boolean;
  /** The agent's own session to fork, where this is a fork of it that has said nothing yet. */
  readonly forkOf: NativeFork | undefined;
  /** What the person should know of it. */
  readonly warnings: readonly string[];
}

/** A session of the agent's own to fork: all of it, or up to a message. */
export interface NativeFork {
  readonly id: string;
  readonly at: ForkPoint | undefined;
}

/** Settles with which agent, model and mode, and in which folder a session's next turn runs. */
export async function turnPlan(
  context: CoreContext,
  catalog: AgentCatalog,
  record: SessionRecord,
  history: readonly Entry[],
  options: TurnOptions,
): Promise<TurnPlan> {
  const warnings: string[] = [];
  const { config } = context;
  const backend = await backendFor(context, catalog, record, warnings);
  if (record.backend === '' && backend === 'demo') warnings.push('No agent was found on this computer, so the built-in demo answers');
  const settings = await settingsFor(context, record, backend);
  return {
    backend,
    ...settings,
    mode: tighterMode(options.mode ?? settings.mode, options.atMost),
    cwd: await folderFor(context, record, warnings),
    historyLimit: Number(await config.get('context.history_limit')),
    replayTokens: Number(await config.get('context.replay_tokens')),
    writesUsage: (await config.get('session.store_token_usage')) !== false,
    forkOf: await nativeParent(context, record, backend, history),
    warnings,
  };
}

/**
 * The session's own agent. What was adopted from a program that cannot be started from here goes on with another, which is told
 * the history; but not with the demo where installing the agent would do.
 */
async function backendFor(context: CoreContext, catalog: AgentCatalog, record: SessionRecord, warnings: string[]): Promise<string> {
  const { backend } = record;
  if (backend !== '' && !(await isAnothers(context, record))) return backend;
  const agents = backend === '' ? [] : await catalog.list();
  const own = agents.find(({ name }) => name === backend);
  if (own && own.problem === undefined) return backend;
  const other = await defaultBackend(context.config, catalog);
  if (backend === '') return other;
  if (own && (other === 'demo' || other === backend)) return backend;
  warnings.push(`${own?.title ?? backend} cannot be started from here, so ${titleOf(agents, other)} goes on with this session`);
  return other;
}

/** Whether its agent is the one of the program that it was adopted from, or that its parent was and that it has not begun with. */
async function isAnothers(
  { store, logger }: CoreContext,
  { backend, origin, parent_id: parentId, backend_session_id: begun }: SessionRecord,
): Promise<boolean> {
  if (origin !== undefined || parentId === undefined || begun !== undefined) return origin !== undefined;
  try {
    const parent = await store.read(parentId);
    return parent.backend === backend && parent.origin !== undefined;
  } catch (error) {
    logger.debug(`where ${parentId} came from is not known: ${messageOf(error)}`);
    return false;
  }
}

const titleOf = (agents: readonly AgentInfo[], name: string): string => agents.find((agent) => agent.name === name)?.title ?? name;

/** With what a session's turn runs: what the session says, else its agent's defaults. */
export async function settingsFor(
  context: CoreContext,
  record: Pick<SessionRecord, 'id' | 'backend' | 'model' | 'settings'>,
  backend: string,
): Promise<Pick<TurnPlan, 'model' | 'fallbacks' | 'thinking' | 'mode'>> {
  const { modes, store } = context;
  const byDefault = await agentDefaults(context, backend);
  const { model, fallbacks, thinking_level: thinking } = record.settings;
  const own = await modes.modeOf(store.root, record.id, record.settings);
  return {
    model: model ?? (backend === record.backend ? record.model : undefined) ?? byDefault.model,
    fallbacks: fallbacks ?? byDefault.fallbacks,
    thinking: thinking ?? byDefault.thinking_level,
    mode: own ?? byDefault.permission_mode ?? 'ask',
  };
}

/**
 * The session's own folder, as long as it is one that this workspace is about: a record can come from a stranger, and the
 * person trusted this folder and no other.
 */
export async function folderFor(
  { dir, location }: CoreContext,
  { workdir }: Pick<SessionRecord, 'workdir'>,
  warnings: string[],
): Promise<string> {
  const allowed = [dir, ...(location.gitRoot === undefined ? [] : [location.gitRoot]), ...location.worktrees];
  const real = await realpath(workdir).catch(() => undefined);
  if (real !== undefined && allowed.some((folder) => isInside(real, folder))) return real;
  warnings.push(
    `${workdir || 'The folder of this session'} ${real === undefined ? 'is not there any more' : 'is another folder'}, so this runs in ${dir}`,
  );
  return dir;
}

/** What to fork at the agent, where the fork has the parent's conversation, or the beginning of it up to a turn's end. */
async function nativeParent(
  { store, logger, ownIds }: CoreContext,
  record: SessionRecord,
  backend: string,
  history: readonly Entry[],
): Promise<NativeFork | undefined> {
  const { parent_id: parentId, backend_session_id: own } = record;
  const last = lastSaid(history);
  if (parentId === undefined || own !== undefined || last === undefined) return undefined;
  try {
    const parent = await ownIds.believed(await store.read(parentId));
    const { backend_session_id: id } = parent;
    if (parent.backend !== backend || id === undefined) return undefined;
    const { entries } = await store.entries(parentId);
    if (lastSaid(entries) === last) return { id, at: undefined };
    const at = pointAt(entries, last);
    return at && { id, at };
  } catch (error) {
    // The parent may be deleted: its fork has the whole history itself.
    logger.debug(`no native fork of ${parentId}: ${String(error)}`);
    return undefined;
  }
}

/** The point after an answer that ended its turn, if the entry is one; agents fork nowhere else. */
function pointAt(entries: readonly Entry[], id: string): ForkPoint | undefined {
  const at = entries.findIndex((entry) => entry.id === id);
  const [entry, next] = [entries[at], entries.slice(at + 1).find(isSaid)];
  const isPrompt = (each: Entry | undefined): boolean => each?.type === 'message' && each.message.role === 'user';
  if (entry?.type !== 'message' || entry.message.role !== 'assistant' || !isPrompt(next)) return undefined;
  return { turns: entries.slice(0, at).filter(isPrompt).length, messageId: entry.source_id };
}

/** What other sessions announced since the last prompt: the agent has not heard of it. */
export function unheard(entries: readonly Entry[]): readonly string[] {
  const prompt = entries.findLastIndex((entry) => entry.type === 'message' && entry.message.role === 'user');
  return entries.slice(prompt + 1).flatMap((entry) => (isAnnounced(entry) ? [textOf(entry.message.content)] : []));
}

const isAnnounced = (entry: Entry): entry is EntryOf<'message'> => entry.type === 'message' && entry.announced !== undefined;

/** The id of the last entry that is part of the conversation; the others are about the session, or will be told with the next prompt. */
export function lastSaid(entries: readonly Entry[]): string | undefined {
  return entries.findLast(isSaid)?.id;
}

const about = new Set<Entry['type']>(['info', 'lease', 'session', 'checkpoint']);

const isSaid = (entry: Entry): boolean => !about.has(entry.type) && !isAnnounced(entry);

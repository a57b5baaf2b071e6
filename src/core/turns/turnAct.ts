import type { AgentCatalog, TurnHooks, TurnResult } from '../../agents/agent.js';
import { autoTitle } from '../../model/autoTitle.js';
import type { ContentBlock, Entry } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { messageOf } from '../../model/errors.js';
import type { SessionRecord } from '../../model/record.js';
import type { TurnUpdate } from '../../model/turn.js';
import type { Lease } from '../../store/store.js';
import type { AgentDoor } from '../door/agentDoor.js';
import type { KnownAgents } from './agentFacts.js';
import type { CoreContext } from '../context.js';
import { promptWithFallbacks } from './fallbackModels.js';
import { withBranch } from '../gitBranch.js';
import { openAgent, type OpenedAgent } from './openAgent.js';
import { agentName } from '../foreign/ownIds.js';
import { pricedResult } from './pricedResult.js';
import { endedBy, keptText, type Turn } from './turn.js';
import { lastSaid, unheard, type TurnPlan } from './turnPlan.js';
import { useSettings } from './turnSettings.js';
import type { WarmAgents } from './warmAgents.js';

export interface TurnJob {
  readonly turn: Turn;
  readonly record: SessionRecord;
  /** The transcript before this turn. */
  readonly history: readonly Entry[];
  /** What of it an agent is told that has not got it. */
  readonly replayed: readonly Entry[];
  readonly plan: TurnPlan;
  readonly content: readonly ContentBlock[];
  readonly lease: Lease;
  readonly catalog: AgentCatalog;
  readonly warm: WarmAgents;
  readonly known: KnownAgents;
  /** What the agent gets to reach other sessions. */
  readonly door: AgentDoor;
}

type Ended = Extract<TurnUpdate, { kind: 'ended' }>;
type Outcome = { readonly result: TurnResult } | { readonly error: unknown };

/** Carries out a turn whose prompt is kept: agent, answer, record, lease. Never rejects: a failure is how the turn ended. */
export async function actTurn(context: CoreContext, job: TurnJob): Promise<Ended> {
  const { turn, plan, lease } = job;
  const seen: Seen = { title: undefined, agent: undefined, fellBack: false };
  const outcome = await converse(context, job, seen).then(
    (result): Outcome => ({ result }),
    (error: unknown): Outcome => ({ error }),
  );
  if (seen.agent) await heed(context, job, seen.agent);
  const ended = await turn.end(outcome, plan.writesUsage);
  const model = 'result' in outcome && !seen.fellBack ? outcome.result.model : undefined;
  const settled = await settleRecord(job, ended, { title: seen.title, model });
  await keepOrEnd(context, job, seen.agent, settled);
  // Whoever comes next finds a lease of a turn that is over: a nuisance, and not this turn's failure.
  await lease.release().catch((error: unknown) => context.logger.warn(`the lease of ${turn.id} stays: ${messageOf(error)}`));
  return settled;
}

/** Remembers what the agent told of itself. */
async function heed({ told, logger }: CoreContext, { known, plan }: TurnJob, { session }: OpenedAgent): Promise<void> {
  const { models, levels = [] } = session;
  known.offers(plan.backend, session);
  await told
    .keep(plan.backend, { models: [...models], thinking_levels: [...levels] })
    .catch((error: unknown) => logger.warn(`what ${plan.backend} offers is not kept: ${messageOf(error)}`));
}

/** What came by on the way and outlives the conversation. */
interface Seen {
  title: string | undefined;
  agent: OpenedAgent | undefined;
  /** Another model than the session's answered: the next turn asks its own again. */
  fellBack: boolean;
}

async function converse(context: CoreContext, job: TurnJob, seen: Seen): Promise<TurnResult> {
  const { turn, plan, record, content, history, lease, known } = job;
  for (const text of plan.warnings) turn.update({ kind: 'notice', level: 'warning', text });
  // Nobody waits for the record: the agent starts meanwhile.
  turn.write(() =>
    lease.update((now) => ({
      backend: plan.backend,
      // An agent's own id means nothing to another.
      ...(now.backend === plan.backend ? {} : { backend_session_id: undefined }),
      ...firstTitle(now, content),
      metadata: withBranch(now.metadata, plan.cwd),
    })),
  );
  const agent = await withoutWaiting(context, agentFor(context, job), turn.signal);
  if (!agent) return { stop_reason: 'cancelled' };
  seen.agent = agent;
  turn.answeredBy(agent.session.model);
  turn.write(async () => {
    await context.ownIds.keep(turn.id, agentName(plan.backend, agent.session.id));
    await lease.update((now) => ({
      // Handed to another agent meanwhile, it is that one's from the next turn on.
      ...(now.backend === plan.backend ? { backend_session_id: agent.session.id } : {}),
      status: 'active',
    }));
  });
  // What is replayed has the announcements in it.
  const told = agent.replay === '' ? unheard(history) : [agent.replay];
  const hooks: TurnHooks = {
    signal: turn.signal,
    update: (update) => {
      // A title that the person gave stands, whatever the agent thinks of.
      if (update.kind === 'title' && record.title_source === 'user') return;
      if (update.kind === 'title') seen.title = update.title;
      if (update.kind === 'usage' && update.context_size !== undefined) known.holds(plan.backend, update.context_size);
      turn.update(update);
    },
    permission: (request) => turn.permit(request),
  };
  const result = await promptWithFallbacks(agent, [...told.map((text) => ({ type: 'text' as const, text })), ...content], hooks, {
    fallbacks: plan.fallbacks,
    notice: (level, text) => turn.update({ kind: 'notice', level, text }),
    answeredBy: (model) => {
      seen.fellBack = true;
      turn.answeredBy(model);
    },
    logger: context.logger,
  });
  return pricedResult(context, agent.connection.info, result);
}

/** A session without a title is called by its first prompt, for as long as nobody has a better one. */
function firstTitle(record: SessionRecord, content: readonly ContentBlock[]): Partial<SessionRecord> {
  return record.title === '' ? { title: autoTitle(textOf(content.filter((block) => block.type === 'text'))) } : {};
}

async function agentFor(context: CoreContext, job: TurnJob): Promise<OpenedAgent> {
  const { turn, record, plan, history, warm, catalog, known } = job;
  const { backend, cwd, mode } = plan;
  const notice = (level: 'info' | 'warning', text: string): void => turn.update({ kind: 'notice', level, text });
  const kept = warm.take(turn.id, { backend, cwd, lastEntry: lastSaid(history) });
  if (!kept) {
    const env = { SKEIN_SESSION: turn.id, SKEIN_DEPTH: String(turn.depth) };
    const mcp = await job.door.programs(turn.id);
    return openAgent(catalog, {
      ...plan,
      ...{ record, history, replayed: job.replayed, notice, env, mcp, logger: context.logger },
      contextSize: known.of(backend).contextSize,
      withPictures: (content) => context.store.loadPictures(content),
    });
  }
  try {
    await kept.session.setMode(mode);
    await useSettings(kept.connection, kept.session, { ...plan, notice });
    return { ...kept, replay: '' };
  } catch (error) {
    await kept.connection.dispose();
    throw error;
  }
}

/** Stops waiting when the turn is stopped; an agent that comes up later is ended then. */
async function withoutWaiting(
  { logger }: CoreContext,
  opening: Promise<OpenedAgent>,
  signal: AbortSignal,
): Promise<OpenedAgent | undefined> {
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const agent = await Promise.race([opening, stopped]);
  if (agent === undefined) {
    opening
      .then((late) => late.connection.dispose())
      .catch((error: unknown) => logger.debug(`an agent that was not waited for: ${messageOf(error)}`));
  }
  return agent;
}

/** Brings the record up to the turn's end; where that fails, it is how the turn ended. */
async function settleRecord(
  { turn, plan, lease }: TurnJob,
  ended: Ended,
  { title, model }: { readonly title: string | undefined; readonly model: string | undefined },
): Promise<Ended> {
  const failed = ended.stop_reason === 'error';
  try {
    await lease.update((record) => ({
      // A turn that was stopped before its agent was there leaves the session as new as it was.
      status: failed ? 'error' : record.backend_session_id === undefined ? record.status : 'active',
      error_message: failed && ended.error ? keptText(ended.error) : undefined,
      ...(model === undefined || record.backend !== plan.backend ? {} : { model }),
      ...(turn.context === undefined ? {} : { metadata: { ...record.metadata, context: turn.context } }),
      ...(title === undefined || record.title_source === 'user' ? {} : { title }),
    }));
    return ended;
  } catch (error) {
    return ended.error === undefined ? endedBy(error) : ended;
  }
}

async function keepOrEnd({ logger }: CoreContext, { turn, warm }: TurnJob, agent: OpenedAgent | undefined, ended: Ended): Promise<void> {
  if (!agent) return;
  const isGood = ended.stop_reason !== 'error' && ended.stop_reason !== 'interrupted';
  if (isGood) warm.keep(turn.id, agent, lastSaid(turn.complete));
  if (isGood && agent.connection.exclusive !== true) return;
  await (isGood ? warm.release(turn.id) : agent.connection.dispose()).catch((error: unknown) =>
    logger.warn(`${agent.backend} did not end well: ${messageOf(error)}`),
  );
}

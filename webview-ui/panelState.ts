import type { AgentOffers } from '../src/model/agentOffers.js';
import type { Attachment, SessionChoice, ToWebview } from '../src/protocol/messages.js';
import type { AgentInfoData } from '../src/protocol/requests.js';
import type { PromptCommandInfo } from '../src/model/promptCommand.js';
import type { QueuedPrompt } from '../src/model/queuedPrompt.js';
import type { Problem, SessionRow } from '../src/model/row.js';
import type { Snapshot } from '../src/model/snapshot.js';
import type { TurnUpdate } from '../src/model/turn.js';
import type { Mentions } from './completion.js';
import { feedOf, keepKnown, lastTurn, resumeLast, updateFeed, type FeedItem } from './feed.js';

/** Numbers of the running turn that the record does not have yet. */
export interface LiveUsage {
  readonly tokens: number;
  readonly cost: number | null;
}

/** The session that the panel shows. */
export interface SessionView {
  readonly row: SessionRow;
  readonly feed: readonly FeedItem[];
  readonly running: boolean;
  readonly seq: number;
  readonly skipped: readonly Problem[];
  readonly draft: string;
  /** Prompts that wait for the running turn to end. */
  readonly queued: readonly QueuedPrompt[];
  readonly context?: { readonly used: number; readonly size: number } | undefined;
  /** Tokens and cost of the session, the running turn's included. */
  readonly usage: LiveUsage;
  /** What the record said when the running turn began. */
  readonly usageBefore: LiveUsage;
}

export interface PanelState {
  readonly loaded: boolean;
  readonly folder: { readonly name: string; readonly trusted: boolean; readonly path?: string | undefined };
  readonly agents: readonly AgentInfoData[];
  readonly recent: readonly SessionRow[];
  /** What agents let one choose from, by agent, once they were asked for. */
  readonly offers: Readonly<Record<string, AgentOffers>>;
  /** The settings are open. `refuses`: see `ToWebview`; `saving`: they are sent, and not kept yet. */
  readonly form?: { readonly refuses: boolean; readonly saving?: boolean } | undefined;
  readonly session?: SessionView | undefined;
  readonly reveal?: string | undefined;
  readonly attachments: readonly Attachment[];
  /** What a prompt of a session may begin with, once it was asked for. */
  readonly commands?: { readonly id: string; readonly list: readonly PromptCommandInfo[] } | undefined;
  /** What may follow a prompt, and the prompt up to the cursor that it was asked for. */
  readonly mentions?: Mentions | undefined;
  /** What the last command answered. */
  readonly answer?: { readonly command: string; readonly text: string } | undefined;
  /** Agent and model of a new session, where they were chosen before. */
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
  readonly server: 'running' | 'restarting' | 'stopped';
  readonly problem?: { readonly message: string; readonly hint?: string | undefined } | undefined;
  /** Rises each time the host asks for the focus. */
  readonly focusRequests: number;
}

/** What happens inside the panel itself. */
export type PanelEvent =
  | { readonly kind: 'detach'; readonly uri: string }
  /** Pasted or dropped here; also why something else was not taken. */
  | Extract<ToWebview, { kind: 'attach' | 'error' }>
  | { readonly kind: 'sent' }
  | { readonly kind: 'dismiss' }
  | { readonly kind: 'unform' }
  | { readonly kind: 'saving' }
  | { readonly kind: 'renamed'; readonly title: string }
  | { readonly kind: 'chosen'; readonly backend?: string | undefined; readonly settings: SessionChoice };

export const initialState: PanelState = {
  loaded: false,
  folder: { name: '', trusted: true },
  agents: [],
  recent: [],
  offers: {},
  attachments: [],
  server: 'running',
  focusRequests: 0,
};

/** What the agent offers, as far as it is known: any name may be an agent's, also one that every object has, such as `constructor`. */
export const offersOf = ({ offers }: Pick<PanelState, 'offers'>, agent: string): AgentOffers | undefined =>
  Object.hasOwn(offers, agent) ? offers[agent] : undefined;

/** The state after a message of the host or an event of the panel. `at` is now, in milliseconds. Unknown kinds change nothing. */
export function reduce(state: PanelState, message: ToWebview | PanelEvent, at: number): PanelState {
  switch (message.kind) {
    case 'snapshot':
      return {
        ...state,
        loaded: true,
        folder: message.folder,
        agents: message.agents,
        recent: message.recent,
        offers: message.offers ? { ...state.offers, [message.offers.agent]: message.offers } : state.offers,
        form: message.session?.row.id === state.session?.row.id ? state.form : undefined,
        backend: message.backend,
        model: message.model,
        reveal: message.reveal,
        session: message.session && viewOf(message.session, state.session, at),
        // Attachments belong to what is being written, and that is kept with its session.
        attachments: message.session?.row.id === state.session?.row.id ? state.attachments : [],
        answer: message.session?.row.id === state.session?.row.id ? state.answer : undefined,
        problem: undefined,
      };
    case 'update':
      return changeSession(state, message.id, (session) =>
        message.seq <= session.seq ? session : { ...updateView(session, message.update, at), seq: message.seq },
      );
    case 'row':
      return {
        ...changeSession(state, message.row.id, (session) => withRow(session, message.row)),
        recent: state.recent.map((row) => (row.id === message.row.id ? message.row : row)),
      };
    case 'attach':
      return {
        ...state,
        attachments: [...state.attachments.filter((one) => one.uri !== message.attachment.uri), message.attachment],
        focusRequests: state.focusRequests + 1,
      };
    case 'server':
      return { ...state, server: message.state };
    case 'focus':
      return { ...state, focusRequests: state.focusRequests + 1 };
    case 'error':
      return { ...state, problem: { message: message.message, hint: message.hint }, form: state.form && { refuses: state.form.refuses } };
    case 'offers':
      return { ...state, offers: { ...state.offers, [message.offers.agent]: message.offers } };
    case 'settings':
      return state.session?.row.id === message.id ? { ...state, form: { refuses: message.refuses } } : state;
    case 'kept':
      return state.session?.row.id === message.id && state.form?.saving === true ? { ...state, form: undefined } : state;
    case 'saving':
      return state.form ? { ...state, form: { ...state.form, saving: true } } : state;
    case 'unform':
      return { ...state, form: undefined };
    case 'commands':
      return { ...state, commands: { id: message.id, list: message.commands } };
    case 'completion':
      if (state.mentions && message.seq < state.mentions.seq) return state;
      return { ...state, mentions: { seq: message.seq, text: message.text, ...message.completion } };
    case 'answered':
      return { ...state, answer: { command: message.command, text: message.text } };
    case 'detach':
      return { ...state, attachments: state.attachments.filter((one) => one.uri !== message.uri) };
    case 'sent':
      return { ...state, attachments: [], problem: undefined, answer: undefined };
    case 'dismiss':
      return { ...state, problem: undefined, answer: undefined };
    case 'renamed':
      return state.session ? changeSession(state, state.session.row.id, (session) => withTitle(session, message.title)) : state;
    case 'chosen':
      return state.session ? changeSession(state, state.session.row.id, (session) => withChoice(session, message)) : state;
    default:
      return state;
  }
}

function changeSession(state: PanelState, id: string, change: (session: SessionView) => SessionView): PanelState {
  if (state.session?.row.id !== id) return state;
  const session = change(state.session);
  return session === state.session ? state : { ...state, session };
}

function viewOf(snapshot: Snapshot, before: SessionView | undefined, at: number): SessionView {
  const same = before?.row.id === snapshot.row.id ? before : undefined;
  const feed = keepKnown(feedOf(snapshot.entries), same?.feed ?? []);
  const usage = usageOf(snapshot.row);
  const view: SessionView = {
    row: snapshot.row,
    feed: snapshot.running || (snapshot.holder && lastTurn(feed)?.end === undefined) ? resumeLast(feed) : feed,
    running: snapshot.running,
    seq: snapshot.seq,
    skipped: snapshot.skipped,
    draft: snapshot.draft ?? '',
    queued: snapshot.queued ?? [],
    context: same?.context,
    usage,
    usageBefore: usage,
  };
  return snapshot.live.reduce((session, update) => updateView(session, update, at), view);
}

function updateView(session: SessionView, update: TurnUpdate, at: number): SessionView {
  const next = { ...session, feed: updateFeed(session.feed, update, at) };
  switch (update.kind) {
    case 'started':
      // Another window's or a terminal's turn is read here, and not run.
      if (update.holder) return { ...next, row: { ...session.row, running: update.holder }, usageBefore: session.usage };
      return { ...next, running: true, usageBefore: session.usage };
    case 'title':
      return withTitle(next, update.title);
    case 'queue':
      return { ...next, queued: update.queued };
    case 'usage': {
      const { context_used: used, context_size: size } = update;
      const cost = update.usage.cost_usd ?? null;
      const { tokens, cost: costBefore } = session.usageBefore;
      return {
        ...next,
        context: used !== undefined && size !== undefined && size > 0 ? { used, size } : session.context,
        usage: {
          tokens: Math.max(session.usage.tokens, tokens + (update.usage.total || update.usage.input + update.usage.output)),
          cost: cost === null ? session.usage.cost : Math.max(session.usage.cost ?? 0, (costBefore ?? 0) + cost),
        },
      };
    }
    case 'ended': {
      // The row that says so too comes a moment later; until then the turn would look like another window's.
      const { running: _, ...row } = session.row;
      return { ...next, running: false, row: { ...row, status: update.stop_reason === 'error' ? 'error' : row.status } };
    }
    default:
      return next;
  }
}

function withRow(session: SessionView, row: SessionRow): SessionView {
  const said = usageOf(row);
  const usage = session.running
    ? {
        tokens: Math.max(said.tokens, session.usage.tokens),
        cost: said.cost === null ? session.usage.cost : Math.max(said.cost, session.usage.cost ?? 0),
      }
    : said;
  return { ...session, row, usage };
}

const withTitle = (session: SessionView, title: string): SessionView => ({ ...session, row: { ...session.row, title } });
/** As the record will have it. */
function withChoice(
  session: SessionView,
  { backend = session.row.backend, settings }: Extract<PanelEvent, { kind: 'chosen' }>,
): SessionView {
  const { row } = session;
  const model = settings.model === null || backend !== row.backend ? undefined : row.model;
  const changed = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value ?? undefined]));
  return { ...session, row: { ...row, backend, model, settings: { ...row.settings, ...changed } } };
}
const usageOf = (row: SessionRow): LiveUsage => ({ tokens: row.token_usage.total, cost: row.cost_usd });

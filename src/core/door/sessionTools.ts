import type { Entry } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { SessionError } from '../../model/errors.js';
import type { SessionRow } from '../../model/row.js';
import { sessionTools, type ToolName, type ToolParams, type ToolResult } from '../../model/sessionTools.js';
import type { PermissionRequest } from '../../model/turn.js';
import { freshId } from '../../store/freshId.js';
import { callLimits, requireRoom } from './callLimits.js';
import type { Caller } from './callOptions.js';
import type { CoreContext } from '../context.js';
import { cut, summaryOf } from './sessionSummary.js';
import type { Workspace } from '../workspace.js';

/** Characters of one entry that an agent reads. */
const entryCut = 8000;

/** Whose tools they are: the folder, who asks, and where the person can be asked. */
export interface ToolPlace {
  readonly context: CoreContext;
  readonly workspace: Workspace;
  /** Absent where no session of Skein asks. */
  readonly caller: Caller | undefined;
  /** The option that the person chooses, `null` for none; absent where nobody can be asked. */
  readonly ask: ((request: PermissionRequest) => Promise<string | null>) | undefined;
  /** Sessions whose person allowed all further messages. */
  readonly allowed: Set<string>;
}

type Tools = { readonly [T in ToolName]: (place: ToolPlace, params: ToolParams<T>, signal: AbortSignal) => Promise<ToolResult<T>> };

/** Carries out one tool for an agent. Params are checked here: what an agent sends is not trusted. */
export async function runTool<T extends ToolName>(place: ToolPlace, name: T, params: unknown, signal: AbortSignal): Promise<ToolResult<T>> {
  const parsed = sessionTools[name].params.safeParse(params);
  if (!parsed.success) throw new SessionError('usage', `wrong arguments for ${name}: ${parsed.error.issues.map(issueText).join('; ')}`);
  return tools[name](place, parsed.data as ToolParams<T>, signal);
}

const issueText = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;

const tools: Tools = {
  sessions_list: async ({ workspace }, { agent, tag, query, ...filter }) => {
    const { rows, hidden } = await workspace.list({ ...filter, backend: agent, tags: tag, search: query });
    return { sessions: rows.map(summaryOf), hidden };
  },

  sessions_history: async (place, { session, last }) => {
    const { id } = await rowInFolder(place, session);
    return { session: id, entries: (await place.workspace.history(id, last)).flatMap(saidIn) };
  },

  session_status: async (place, { session = place.caller?.session }) => {
    if (session === undefined) throw new SessionError('usage', 'which session? No session of Skein asks');
    return place.workspace.status((await rowInFolder(place, session)).id);
  },

  sessions_send: async (place, { session, message, reply, announce_to, timeout_seconds }, signal) => {
    const { workspace, caller } = place;
    const target = await rowInFolder(place, session);
    const announceTo = announce_to === undefined ? undefined : (await rowInFolder(place, announce_to)).id;
    const said = definedOf({ session: target.id, message, reply, announce_to: announceTo });
    await requirePermission(place, 'send', { title: `Send to the session ${nameOf(target)}`, input: said }, signal);
    return workspace.send({ session: target.id, message, reply, announceTo, timeoutMs: timeout_seconds * 1000, signal, caller });
  },

  sessions_spawn: async (place, { prompt, agent, model, title, tags, reply, announce_to, timeout_seconds }, signal) => {
    const { workspace, caller } = place;
    const backend = agent ?? (caller && (await workspace.get(caller.session)).backend);
    const announceTo = announce_to === undefined ? undefined : (await rowInFolder(place, announce_to)).id;
    const who = backend === undefined ? 'the default agent' : backend;
    const input = definedOf({ prompt, agent: backend, model, tags });
    await requirePermission(place, 'spawn', { title: `Start a session with ${who}`, input }, signal);
    return workspace.spawn({ prompt, backend, model, title, tags, reply, announceTo, timeoutMs: timeout_seconds * 1000, signal, caller });
  },
};

/** A session that this folder shows. Of any other nothing is told, not even that it is there. */
async function rowInFolder({ workspace }: ToolPlace, text: string): Promise<SessionRow> {
  const none = (cause?: unknown): SessionError =>
    new SessionError('not_found', `there is no session ${text} in this folder`, { hint: 'sessions_list tells which there are', cause });
  let id: string;
  try {
    id = await workspace.resolveId(text);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    throw error.code === 'ambiguous' ? new SessionError('ambiguous', `${text} fits more than one session`) : none(error);
  }
  const row = (await workspace.list({ archived: true })).rows.find((shown) => shown.id === id);
  if (!row) throw none();
  return row;
}

/** Rejects with `denied` unless the settings or the person allow it; with a limit's error before anybody is asked. */
async function requirePermission(
  { context, caller, ask, allowed }: ToolPlace,
  act: 'send' | 'spawn',
  what: { readonly title: string; readonly input: object },
  signal: AbortSignal,
): Promise<void> {
  const { send } = await callLimits(context);
  if (send === 'deny')
    throw new SessionError('denied', 'agents may not send to sessions or start some', { hint: 'the setting is mcp.send' });
  const unknown = caller && (await requireRoom(context, caller, act));
  if (unknown === undefined && (send === 'allow' || allowed.has(caller?.session ?? ''))) return;
  if (!ask) {
    throw new SessionError('denied', 'this needs the permission of a person, and there is nobody to ask', {
      hint: 'it works in a session that runs in Skein; or a person sets mcp.send to allow',
    });
  }
  if (signal.aborted) throw new SessionError('interrupted', 'the call was cancelled');
  const id = freshId();
  const title = unknown === undefined ? what.title : `${what.title} (${unknown})`;
  const option = await ask({
    id,
    title,
    call: { id, kind: 'other', title, status: 'pending', input: what.input },
    options: [
      { id: 'once', label: 'Allow', kind: 'allow_once' },
      { id: 'session', label: 'Allow for this session', kind: 'allow_session' },
      { id: 'no', label: 'Do not allow', kind: 'reject_once' },
    ],
  });
  if (option === 'session' && caller) allowed.add(caller.session);
  if (option !== 'once' && option !== 'session') throw new SessionError('denied', 'the person did not allow it');
}

/** The same without what is not there. */
const definedOf = (value: object): object => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));

/** With its id: a permission that is kept is known by these words, and another session can take a title. */
const nameOf = ({ title, id }: SessionRow): string => (title === '' ? id : `“${title}” (${id})`);

/** What was said and done, without what only keeps the books; an agent's thoughts are its own. */
function saidIn(entry: Entry): ToolResult<'sessions_history'>['entries'] {
  const base = { id: entry.id, at: entry.timestamp };
  switch (entry.type) {
    case 'message': {
      const text = cut([textOf(entry.message.content), entry.error ?? ''].filter(Boolean).join('\n\n'), entryCut);
      const { backend, model } = entry;
      return [
        {
          ...base,
          who: entry.message.role,
          text,
          ...(backend === undefined ? {} : { agent: backend }),
          ...(model === undefined ? {} : { model }),
        },
      ];
    }
    case 'tool_call': {
      const { title, kind, status, output } = entry.call;
      return [{ ...base, who: 'tool', text: cut(`${title} (${kind}, ${status})${output ? `\n${output}` : ''}`, entryCut) }];
    }
    case 'compact':
      return [{ ...base, who: 'summary', text: cut(entry.summary, entryCut) }];
    default:
      return [];
  }
}

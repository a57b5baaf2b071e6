import { setImmediate as tick } from 'node:timers/promises';
import type {
  AgentCatalog,
  AgentConnection,
  AgentInfo,
  AgentSession,
  AgentUpdate,
  ForkPoint,
  SessionOptions,
  TurnHooks,
  TurnResult,
} from '../../src/agents/agent.js';
import type { ContentBlock } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { SessionError } from '../../src/model/errors.js';
import type { ThinkingLevel } from '../../src/model/thinkingLevel.js';

/** What the agent does with a prompt. */
export type Script = (prompt: string, hooks: TurnHooks, model: string) => Promise<TurnResult>;

export interface ScriptedOptions {
  readonly script?: Script;
  /** What it can do natively; nothing unless said. */
  readonly can?: { readonly resume?: boolean; readonly fork?: boolean; readonly forkAt?: boolean; readonly think?: boolean };
  /** The agents that it lists as installed. */
  readonly names?: readonly string[];
  /** See `AgentInfo`. */
  readonly tells?: boolean;
  /** The commands that it tells of. */
  readonly commands?: AgentSession['commands'];
  /** Rejects the connection. */
  readonly missing?: SessionError;
  /** Sessions that it has lost: resuming one is an error. */
  readonly lost?: ReadonlySet<string>;
}

/** An agent in this process that does what a test says and remembers what was asked of it. */
export interface ScriptedCatalog extends AgentCatalog {
  /** `connect`, `create`, `resume s1`, `fork s1`, `fork s1 after 1 m1`, `mode plan`, `model m`, `prompt …`, `dispose`, in order. */
  readonly calls: readonly string[];
  /** The texts it was prompted with, blocks joined by a blank line. */
  readonly prompts: readonly string[];
  /** The same, as they came. */
  readonly contents: readonly (readonly ContentBlock[])[];
  /** The folders that it was started in. */
  readonly folders: readonly string[];
  /** Connections that are not closed. */
  open(): number;
  /** Ends all its processes as a crash does. */
  crash(): void;
}

/** Answers `you said: <prompt>`, one word at a time. */
export const echo = async (prompt: string, hooks: TurnHooks): Promise<TurnResult> => {
  await say(hooks, ...`you said: ${prompt}`.split(/(?<= )/));
  return {
    stop_reason: 'end_turn',
    usage: { input: 10, output: 5, cached: 0, reasoning: 0, total: 15, cost_usd: 0.25 },
    model: 'scripted-1',
  };
};

/** Streams text, a turn of the event loop between the pieces. */
export async function say(hooks: TurnHooks, ...deltas: readonly string[]): Promise<void> {
  for (const delta of deltas) {
    hooks.update({ kind: 'text', delta });
    await tick();
  }
}

export async function send(hooks: TurnHooks, ...updates: readonly AgentUpdate[]): Promise<void> {
  for (const update of updates) {
    hooks.update(update);
    await tick();
  }
}

/** Resolves when the turn is cancelled. */
export const cancelled = ({ signal }: TurnHooks): Promise<TurnResult> =>
  new Promise((resolve) => {
    const end = (): void => resolve({ stop_reason: 'cancelled' });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

export function scriptedCatalog({
  script = echo,
  can = {},
  names = ['scripted'],
  missing,
  tells,
  lost = new Set(),
  commands = [{ name: 'review', description: 'look it over', hint: 'what' }],
}: ScriptedOptions = {}): ScriptedCatalog {
  const calls: string[] = [];
  const prompts: string[] = [];
  const contents: (readonly ContentBlock[])[] = [];
  const folders: string[] = [];
  const closers = new Set<(end: { code: number | null; lastWords: string }) => void>();
  let made = 0;
  const info: AgentInfo = { name: 'scripted', title: 'Scripted', demo: false, tells, can: ['permissions'] };

  const session = (id: string, { mode }: SessionOptions): AgentSession => {
    calls.push(`mode ${mode ?? 'none'}`);
    let model = 'scripted-1';
    return {
      id,
      models: [{ id: 'scripted-1', title: 'Scripted 1' }],
      get model() {
        return model;
      },
      commands,
      prompt: (content: readonly ContentBlock[], hooks) => {
        const text = textOf(content);
        prompts.push(text);
        contents.push(content);
        calls.push('prompt');
        return script(textOf(content.slice(-1)), hooks, model);
      },
      setModel: (next) => {
        calls.push(`model ${next}`);
        if (!/^scripted-\d$/.test(next)) return Promise.reject(new SessionError('unsupported', `no ${next} here`));
        model = next;
        return Promise.resolve();
      },
      ...(can.think === true && {
        levels: ['low', 'high'] as const,
        setThinking: (level: ThinkingLevel) => {
          calls.push(`think ${level}`);
          const error = new SessionError('unsupported', `Scripted cannot be told to think “${level}”`, { hint: 'it offers low, high' });
          return level === 'low' || level === 'high' ? Promise.resolve() : Promise.reject(error);
        },
      }),
      setMode: (next) => {
        calls.push(`mode ${next}`);
        return Promise.resolve();
      },
    };
  };
  const opened = (verb: string, id: string, options: SessionOptions): Promise<AgentSession> => {
    calls.push(`${verb} ${id}`);
    if (lost.has(id)) return Promise.reject(new SessionError('not_found', 'Scripted does not know this session any more'));
    return Promise.resolve(session(verb === 'fork' ? `s${++made}` : id, options));
  };
  const connection = (): AgentConnection => {
    let close: (end: { code: number | null; lastWords: string }) => void = () => undefined;
    const closed = new Promise<{ code: number | null; lastWords: string }>((resolve) => (close = resolve));
    closers.add(close);
    return {
      info,
      closed,
      create: (options) => {
        calls.push('create');
        return Promise.resolve(session(`s${++made}`, options));
      },
      ...(can.resume === true && { resume: (id: string, options: SessionOptions) => opened('resume', id, options) }),
      ...(can.fork === true && { fork: (id: string, options: SessionOptions) => opened('fork', id, options) }),
      ...(can.forkAt === true && {
        forkAt: (id: string, { turns, messageId }: ForkPoint, options: SessionOptions) => {
          calls.push(`fork ${id} after ${turns} ${messageId}`);
          return Promise.resolve(session(`s${++made}`, options));
        },
      }),
      dispose: () => {
        calls.push('dispose');
        closers.delete(close);
        close({ code: 0, lastWords: '' });
        return Promise.resolve();
      },
    };
  };
  return {
    calls,
    prompts,
    contents,
    folders,
    open: () => closers.size,
    crash: () => {
      for (const close of closers) close({ code: 1, lastWords: 'crashed' });
      closers.clear();
    },
    list: () => Promise.resolve(names.map((name) => ({ ...info, name }))),
    connect: (name, { cwd }) => {
      calls.push(`connect ${name}`);
      folders.push(cwd);
      return missing ? Promise.reject(missing) : Promise.resolve(connection());
    },
  };
}

import * as z from 'zod';
import { sessionStatuses } from './sessionStatus.js';

/** What becomes of the answer to a message: nothing, a note in a session of one's choice, or the result of the call. */
export const replies = ['skip', 'announce', 'reply'] as const;
export type Reply = (typeof replies)[number];

const id = z.string().min(1).max(200);
const text = z.string().min(1).max(200_000);
const seconds = z.number().int().min(1).max(3600).default(50);
const cost = z.number().nullable();

export const sessionSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  agent: z.string(),
  model: z.string().optional(),
  /** What it is doing; `status` is what came of its last turn. */
  state: z.enum(['idle', 'running', 'waiting']),
  status: z.string(),
  source: z.string(),
  created: z.string(),
  last_used: z.string(),
  turns: z.number(),
  tokens: z.number(),
  cost_usd: cost,
  tags: z.array(z.string()),
  prompt: z.string(),
  /** The session that this one is a fork of, or that started it. */
  parent: z.string().optional(),
  spawned: z.boolean(),
});
export type SessionSummary = z.infer<typeof sessionSummarySchema>;

export const sessionStateSchema = sessionSummarySchema.extend({
  /** Messages that wait for the session to be free, in the program that was asked. */
  queued: z.number(),
  error: z.string().optional(),
  /** Tokens of the conversation that the model was last given, and the most that it takes. */
  context: z.object({ used: z.number(), size: z.number().optional() }).optional(),
  last_message: z.string().optional(),
  children: z.array(z.object({ id: z.string(), title: z.string(), state: z.enum(['idle', 'running', 'waiting']), status: z.string() })),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

/** What came of a message: `running` and `queued` where nobody waited until the end. */
export const sentSchema = z.object({
  session: z.string(),
  state: z.enum(['answered', 'running', 'queued', 'failed']),
  reply: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
  tokens: z.number().optional(),
  cost_usd: cost.optional(),
});
export type Sent = z.infer<typeof sentSchema>;

const saidSchema = z.object({
  id: z.string(),
  at: z.string(),
  who: z.enum(['user', 'assistant', 'system', 'tool', 'summary']),
  text: z.string(),
  agent: z.string().optional(),
  model: z.string().optional(),
});

const sessions = 'the id of a session of this folder, or 4 or more of its first characters';

/** The tools that agents get, one line each: what goes in, what comes back, and whether it changes anything. */
export const sessionTools = {
  sessions_list: {
    title: 'List sessions',
    description: 'Lists the AI-agent sessions of this folder, last used first: those of Skein, and those of other programs.',
    reads: true,
    params: z.object({
      agent: z.string().optional().describe('only sessions of this agent: claude, codex, …'),
      source: z.string().optional().describe('only sessions of this program’s store; skein: its own'),
      status: z.enum(sessionStatuses).optional(),
      tag: z.array(z.string()).optional().describe('only sessions with all of these tags'),
      query: z.string().optional().describe('words, "phrases" and fields such as after:7d or file:auth.go'),
      lastN: z.number().int().min(1).max(200).default(50).describe('at most so many, last used first'),
      activeOnly: z.boolean().optional().describe('only sessions that are active or running'),
      archived: z.boolean().optional().describe('archived ones too'),
    }),
    result: z.object({ sessions: z.array(sessionSummarySchema), hidden: z.number() }),
  },
  sessions_history: {
    title: 'Read a session',
    description: 'The last entries of a session’s transcript. Long texts are cut.',
    reads: true,
    params: z.object({ session: id.describe(sessions), last: z.number().int().min(1).max(200).default(20) }),
    result: z.object({ session: z.string(), entries: z.array(saidSchema) }),
  },
  session_status: {
    title: 'Status of a session',
    description: 'What a session is doing, what it used, what was said last, and the sessions that it started.',
    reads: true,
    params: z.object({ session: id.optional().describe(`${sessions}; default: the session that asks`) }),
    result: sessionStateSchema,
  },
  sessions_send: {
    title: 'Send to a session',
    description:
      'Sends a message to another session of this folder, whose agent answers it. The person may be asked first. ' +
      'A session that is running gets it afterwards, or refuses it, as the settings say.',
    reads: false,
    params: z.object({
      session: id.describe(sessions),
      message: text,
      reply: z
        .enum(replies)
        .default('reply')
        .describe('reply: wait and return the answer; announce: put the answer into announce_to when it is there; skip: do not wait'),
      announce_to: id.optional().describe('the session that is told of the answer; default: the session that asks'),
      timeout_seconds: seconds.describe('with reply: how long to wait; the session goes on afterwards, see session_status'),
    }),
    result: sentSchema,
  },
  sessions_spawn: {
    title: 'Start a session',
    description:
      'Starts a new session of this folder with a prompt. The person may be asked first. It is a child of the session that asks.',
    reads: false,
    params: z.object({
      prompt: text,
      agent: z.string().optional().describe('the agent that answers; default: that of the session that asks'),
      model: z.string().optional(),
      title: z.string().max(200).optional(),
      tags: z.array(z.string().min(1).max(100)).max(20).optional(),
      reply: z.enum(replies).default('reply').describe('as for sessions_send'),
      announce_to: id.optional().describe('as for sessions_send'),
      timeout_seconds: seconds.describe('as for sessions_send'),
    }),
    result: sentSchema,
  },
} as const;
export type ToolName = keyof typeof sessionTools;
export type ToolParams<T extends ToolName> = z.infer<(typeof sessionTools)[T]['params']>;
export type ToolResult<T extends ToolName> = z.infer<(typeof sessionTools)[T]['result']>;
export const isToolName = (name: string): name is ToolName => Object.hasOwn(sessionTools, name);

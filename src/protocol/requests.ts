import * as z from 'zod';
import { agentOffersSchema } from '../model/agentOffers.js';
import { completionSchema } from '../model/completion.js';
import { contentBlockSchema, entrySchema } from '../model/entry.js';
import { listFilterSchema } from '../model/filter.js';
import {
  cleanRowSchema,
  findingSchema,
  relinkRowSchema,
  removalRowSchema,
  searchHitSchema,
  settingsReportSchema,
  sourceHealthSchema,
  usageRowSchema,
} from '../model/report.js';
import { usageGroups } from '../model/usageGroup.js';
import { permissionRuleSchema } from '../model/permissionRule.js';
import { promptCommandSchema, promptOutcomeSchema } from '../model/promptCommand.js';
import { queuedPromptSchema } from '../model/queuedPrompt.js';
import { snapshotSchema } from '../model/snapshot.js';
import { holderSchema, problemSchema, sessionRowSchema } from '../model/row.js';
import { permissionModes } from '../model/permissionMode.js';
import { sessionStatuses } from '../model/sessionStatus.js';
import { replies, sentSchema, sessionStateSchema } from '../model/sessionTools.js';
import { turnUpdateSchema } from '../model/turn.js';
import { settingsChange } from './settingsChange.js';

const id = z.string().min(1);
/** An absolute folder path: every request says which folder it is about. */
const folder = z.string().min(1);
const ids = z.array(id).min(1);
const none = z.object({});

/** Settings to change; `null`: as the agent's default says again. */
const settingsChangeSchema = z.looseObject(settingsChange);
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

export const agentInfoSchema = z.object({
  name: z.string(),
  title: z.string(),
  demo: z.boolean(),
  version: z.string().optional(),
  path: z.string().optional(),
  problem: z.string().optional(),
  install: z.string().optional(),
  via: z.enum(['acp', 'own']).optional(),
  from: z.enum(['config', 'editor']).optional(),
  key: z.enum(['editor', 'environment', 'missing', 'none']).optional(),
  /** It can be asked what it offers before its first turn: see `agents/offers`. */
  tells: z.boolean().optional(),
  can: z.array(z.string()),
});
export type AgentInfoData = z.infer<typeof agentInfoSchema>;

export const sourceInfoSchema = z.object({
  name: z.string(),
  title: z.string(),
  path: z.string(),
  found: z.boolean(),
  version: z.string().optional(),
  count: z.number().optional(),
  readOnly: z.string().optional(),
  problem: z.string().optional(),
});

/** One line a request: what goes in, what comes back. The extension and `skein call` send them, the server answers. */
export const requests = {
  'sessions/list': {
    params: listFilterSchema.extend({ folder }),
    result: z.object({ rows: z.array(sessionRowSchema), hidden: z.number(), problems: z.array(problemSchema) }),
  },
  'sessions/get': { params: z.object({ folder, id }), result: snapshotSchema },
  'sessions/active': { params: z.object({ folder }), result: z.array(sessionRowSchema) },
  'sessions/recent': { params: z.object({ folder }), result: z.array(sessionRowSchema) },
  'sessions/history': { params: z.object({ folder, id, last: z.number().int().positive().optional() }), result: z.array(entrySchema) },
  'sessions/search': {
    params: z.object({ folder, query: z.string(), limit: z.number().int().positive().optional() }),
    result: z.array(searchHitSchema),
  },
  'sessions/create': {
    params: z.object({
      folder,
      backend: z.string().optional(),
      model: z.string().optional(),
      title: z.string().optional(),
      tags: z.array(z.string()).optional(),
      settings: settingsChangeSchema.optional(),
    }),
    result: sessionRowSchema,
  },
  'sessions/resume': { params: z.object({ folder, id }), result: sessionRowSchema },
  'sessions/fork': {
    params: z.object({ folder, id, at: z.string().optional(), backend: z.string().optional(), title: z.string().optional() }),
    result: sessionRowSchema,
  },
  'sessions/patch': {
    params: z.object({
      folder,
      ids,
      title: z.string().optional(),
      addTags: z.array(z.string()).optional(),
      removeTags: z.array(z.string()).optional(),
      pinned: z.boolean().optional(),
      archived: z.boolean().optional(),
      status: z.enum(sessionStatuses).optional(),
      settings: settingsChangeSchema.optional(),
      /** Hands the session to another agent. */
      backend: z.string().min(1).optional(),
    }),
    result: z.array(sessionRowSchema),
  },
  /** `inSource`: in its own program's store too. `sessions/removal` says beforehand what that would do. */
  'sessions/delete': { params: z.object({ folder, ids, inSource: z.boolean().optional() }), result: none },
  'sessions/removal': { params: z.object({ folder, ids }), result: z.array(removalRowSchema) },
  'sessions/restore': { params: z.object({ folder, ids }), result: none },
  'sessions/trashed': { params: z.object({ folder }), result: z.array(z.object({ row: sessionRowSchema, deleted_at: z.string() })) },
  'sessions/undo': { params: z.object({ folder }), result: z.object({ what: z.string().nullable(), ids: z.array(z.string()) }) },
  'sessions/clean': {
    params: z.object({
      folder,
      olderThanMs: z.number().positive().optional(),
      status: z.enum(sessionStatuses).optional(),
      dryRun: z.boolean(),
    }),
    result: z.array(cleanRowSchema),
  },
  'sessions/relink': {
    params: z.object({ folder, from: z.string().min(1).optional(), to: z.string().min(1).optional(), dryRun: z.boolean() }),
    result: z.array(relinkRowSchema),
  },
  'sessions/export': {
    params: z.object({ folder, ids, format: z.enum(['json', 'md', 'bundle']), output: z.string() }),
    result: z.object({ path: z.string() }),
  },
  'sessions/import': { params: z.object({ folder, file: z.string() }), result: z.array(sessionRowSchema) },
  'sessions/send': {
    params: z.object({ folder, id, message: z.string().min(1), reply: z.enum(replies).default('reply'), announceTo: id.optional() }),
    result: sentSchema,
  },
  'sessions/spawn': {
    params: z.object({
      folder,
      prompt: z.string().min(1),
      parent: id.optional(),
      backend: z.string().optional(),
      model: z.string().optional(),
      title: z.string().optional(),
      tags: z.array(z.string()).optional(),
      reply: z.enum(replies).default('skip'),
      announceTo: id.optional(),
    }),
    result: sentSchema,
  },
  'sessions/status': { params: z.object({ folder, id }), result: sessionStateSchema },
  'sessions/usage': {
    params: z.object({
      folder,
      by: z.enum(usageGroups).optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      scope: z.enum(['folder', 'here', 'all']).optional(),
    }),
    result: z.array(usageRowSchema),
  },
  'sessions/draft': { params: z.object({ folder, id, draft: z.string() }), result: none },
  'sessions/settings': { params: z.object({ folder, id }), result: settingsReportSchema },
  /** What a prompt may begin with after a slash, and what comes of one that does. */
  'prompt/commands': { params: z.object({ folder, id }), result: z.array(promptCommandSchema) },
  /** `text` is what stands before the cursor; without an `id` it is a new session's first prompt. */
  'prompt/complete': { params: z.object({ folder, id: id.optional(), text: z.string() }), result: completionSchema },
  'prompt/run': { params: z.object({ folder, id, text: z.string() }), result: promptOutcomeSchema },
  /** With `queue` it waits for the turn that runs here, and `queued` is its id; with `steer` it ends that one and goes on with this. */
  'turn/start': {
    params: z.object({
      folder,
      id,
      content: z.array(contentBlockSchema).min(1),
      mode: z.enum(permissionModes).optional(),
      queue: z.boolean().optional(),
      steer: z.boolean().optional(),
    }),
    result: z.object({ queued: z.string().optional() }),
  },
  /** Sends the last prompt again, whose turn did not end well: it stands in the transcript once. */
  'turn/retry': { params: z.object({ folder, id, mode: z.enum(permissionModes).optional() }), result: none },
  /** Takes a prompt that waits back, for instance to edit it. */
  'turn/unqueue': { params: z.object({ folder, id, queued: z.string() }), result: queuedPromptSchema },
  'turn/cancel': { params: z.object({ folder, id }), result: none },
  'turn/respond': { params: z.object({ folder, id, request: z.string(), option: z.string().nullable() }), result: none },
  /** Ends the turn that another process runs in the session; it is free then. */
  'lease/take': { params: z.object({ folder, id }), result: sessionRowSchema },
  'rules/list': { params: z.object({ folder }), result: z.array(permissionRuleSchema) },
  'rules/remove': { params: z.object({ folder, ids }), result: none },
  'agents/offers': { params: z.object({ folder, agent: z.string(), ask: z.boolean().optional() }), result: agentOffersSchema },
  'agents/list': { params: z.object({ folder }), result: z.array(agentInfoSchema) },
  'sources/list': { params: z.object({ folder }), result: z.array(sourceInfoSchema) },
  'health/list': { params: z.object({ folder }), result: z.array(sourceHealthSchema) },
  'doctor/run': { params: z.object({ folder, fix: z.boolean().optional() }), result: z.array(findingSchema) },
  'config/get': { params: z.object({ folder, key: z.string().optional() }), result: z.unknown() },
  'config/set': { params: z.object({ folder, key: z.string(), value: z.unknown() }), result: none },
  'folders/set': { params: z.object({ folders: z.array(z.object({ path: folder, trusted: z.boolean() })) }), result: none },
} as const;

/** Server to extension. */
export const notifications = {
  'sessions/changed': z.object({ folder, ids: z.array(z.string()) }),
  'turn/update': z.object({ folder, id, seq: z.number(), update: turnUpdateSchema }),
  /** Who runs a session that is followed here changed; without a holder nobody does. */
  'lease/changed': z.object({ folder, id, holder: holderSchema.optional() }),
  progress: z.object({ token: z.string(), message: z.string(), percent: z.number().optional(), done: z.boolean() }),
} as const;

/** What the error of a request carries beside its message. */
export const errorDataSchema = z.object({ code: z.string(), hint: z.string().optional() });

export type Method = keyof typeof requests;
export type Params<M extends Method> = z.infer<(typeof requests)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof requests)[M]['result']>;
export type NotificationName = keyof typeof notifications;
export type Notification<N extends NotificationName> = z.infer<(typeof notifications)[N]>;

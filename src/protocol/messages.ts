import * as z from 'zod';
import type { AgentOffers } from '../model/agentOffers.js';
import type { Completion as PromptCompletion } from '../model/completion.js';
import type { AgentInfoData } from './requests.js';
import { settingsChange } from './settingsChange.js';
import type { PromptCommandInfo } from '../model/promptCommand.js';
import type { Snapshot } from '../model/snapshot.js';
import type { SessionRow } from '../model/row.js';
import type { TurnUpdate } from '../model/turn.js';

/** Text, a file or a picture that goes along with a prompt. A picture has its bytes in base64, or is one that the store keeps. */
const attachmentSchema = z.object({
  uri: z.string(),
  title: z.string(),
  text: z.string().optional(),
  picture: z.object({ mime_type: z.string(), data: z.string().optional(), blob: z.string().optional() }).optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/** What was chosen at the composer's foot or in the settings; `null`: as the default says again. */
const choiceSchema = z.object(settingsChange);
export type SessionChoice = z.infer<typeof choiceSchema>;

/** Webview to extension host. The host trusts none of it: every message is parsed. */
const toHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('send'),
    text: z.string(),
    attachments: z.array(attachmentSchema),
    /** These two for a session that the prompt makes; one that is there has its own. */
    backend: z.string().optional(),
    settings: choiceSchema.optional(),
    /** Ends the running turn and goes on with this; without it the prompt waits for the turn's end. */
    steer: z.boolean().optional(),
  }),
  /** Takes a prompt that waits back, to drop it, to write on at it, or to send it at once. */
  z.object({ kind: z.literal('unqueue'), queued: z.string(), then: z.enum(['drop', 'edit', 'send']) }),
  /** Keeps what was chosen with the session; `kept` answers. */
  z.object({
    kind: z.literal('choose'),
    title: z.string().min(1).optional(),
    addTags: z.array(z.string().min(1)).optional(),
    removeTags: z.array(z.string().min(1)).optional(),
    backend: z.string().optional(),
    settings: choiceSchema,
  }),
  /** Asks what an agent offers; `ask`: also the agent itself, where that starts nothing. */
  z.object({ kind: z.literal('offers'), agent: z.string(), ask: z.boolean().optional() }),
  /** Asks for the commands that a prompt may begin with. */
  z.object({ kind: z.literal('commands') }),
  /** Asks for the files and sessions that a prompt may name; `text` is what stands before the cursor, `seq` rises. */
  z.object({ kind: z.literal('complete'), seq: z.number().int(), text: z.string() }),
  z.object({ kind: z.literal('cancel') }),
  z.object({ kind: z.literal('takeOver') }),
  z.object({ kind: z.literal('retry') }),
  z.object({ kind: z.literal('respond'), request: z.string(), option: z.string().nullable() }),
  z.object({ kind: z.literal('fork'), entry: z.string().optional() }),
  z.object({ kind: z.literal('rename'), title: z.string() }),
  z.object({ kind: z.literal('open'), id: z.string() }),
  z.object({ kind: z.literal('switch') }),
  z.object({ kind: z.literal('switchAgent') }),
  z.object({ kind: z.literal('new') }),
  z.object({ kind: z.literal('copy'), text: z.string() }),
  z.object({ kind: z.literal('insert'), text: z.string() }),
  z.object({ kind: z.literal('openFile'), path: z.string(), line: z.number().int().positive().optional() }),
  z.object({ kind: z.literal('openDiff'), entry: z.string(), index: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('openLink'), url: z.string() }),
  z.object({ kind: z.literal('pickFile') }),
  z.object({ kind: z.literal('draft'), text: z.string() }),
  z.object({ kind: z.literal('command'), command: z.enum(['showLog', 'undo', 'installAgent', 'manageTrust', 'showUsage']) }),
]);
export type ToHost = z.infer<typeof toHostSchema>;

/**
 * What the webview posts: a message, and the session that it is about, the one on the screen when the person acted. By the time
 * it arrives the host may show another.
 */
export const postedSchema = z.object({ session: z.string().optional(), message: toHostSchema });
export type Posted = z.infer<typeof postedSchema>;

/** Extension host to webview: one channel, in order. The webview ignores a kind it does not know. */
export type ToWebview =
  /** Everything the panel shows; also answers `ready`. `session` absent: the empty panel. */
  | {
      readonly kind: 'snapshot';
      readonly session?: Snapshot | undefined;
      /** `path` is for `setState({ folder: path, id })`, which VS Code gives back after a reload. */
      readonly folder: { readonly name: string; readonly trusted: boolean; readonly path?: string | undefined };
      readonly agents: readonly AgentInfoData[];
      readonly recent: readonly SessionRow[];
      /** What the session's agent lets one choose from; absent where it has none yet. */
      readonly offers?: AgentOffers | undefined;
      /** The empty panel: what was chosen for the session that the first prompt starts. */
      readonly backend?: string | undefined;
      readonly model?: string | undefined;
      /** Scroll to this entry: search hits. */
      readonly reveal?: string | undefined;
    }
  /** The reducer drops a `seq` that its snapshot already has. */
  | { readonly kind: 'update'; readonly id: string; readonly seq: number; readonly update: TurnUpdate }
  | { readonly kind: 'row'; readonly row: SessionRow }
  /** Opens the session's settings. `refuses`: with what it has, it takes no messages while it runs. */
  | { readonly kind: 'settings'; readonly id: string; readonly refuses: boolean }
  | { readonly kind: 'kept'; readonly id: string }
  | { readonly kind: 'offers'; readonly offers: AgentOffers }
  | { readonly kind: 'commands'; readonly id: string; readonly commands: readonly PromptCommandInfo[] }
  /** What may follow `text`. Answers overtake each other: the reducer drops one to an earlier question. */
  | { readonly kind: 'completion'; readonly seq: number; readonly text: string; readonly completion: PromptCompletion }
  /** What a command of Skein's answered; `command` as it was typed. */
  | { readonly kind: 'answered'; readonly command: string; readonly text: string }
  | { readonly kind: 'attach'; readonly attachment: Attachment }
  | { readonly kind: 'server'; readonly state: 'running' | 'restarting' | 'stopped' }
  | { readonly kind: 'focus' }
  | { readonly kind: 'error'; readonly message: string; readonly hint?: string | undefined };

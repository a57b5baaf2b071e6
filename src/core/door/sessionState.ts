import * as z from 'zod';
import type { Entry } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { spawnerOf } from '../../model/lineage.js';
import type { SessionState } from '../../model/sessionTools.js';
import type { CoreContext } from '../context.js';
import { foreignId } from '../foreign/foreignId.js';
import { cut, summaryOf } from './sessionSummary.js';
import { getRow, readHistory } from '../turns/snapshot.js';

/** Characters of the last message that are shown. */
const messageCut = 2000;
/** Entries among which the last message is looked for. */
const lastEntries = 20;

const contextSchema = z.object({ used: z.number(), size: z.number().optional() }).optional().catch(undefined);

/** What a session is doing, and what it used. `queued`: messages of this process that wait for it. */
export async function sessionState(context: CoreContext, id: string, queued: number): Promise<SessionState> {
  const [row, last] = await Promise.all([getRow(context, id), readHistory(context, id, lastEntries)]);
  const own = foreignId(id) ? [] : await context.store.list();
  const used = contextSchema.parse(row.metadata['context']);
  const said = last.findLast(saysSomething);
  return {
    ...summaryOf(row),
    queued,
    ...(row.error_message === undefined ? {} : { error: row.error_message }),
    ...(used === undefined ? {} : { context: used }),
    ...(said?.type === 'message' ? { last_message: cut(textOf(said.message.content), messageCut) } : {}),
    children: own
      .filter((child) => spawnerOf(child) === id)
      .map((child) => ({ id: child.id, title: child.title, state: child.running?.state ?? 'idle', status: child.status })),
  };
}

const saysSomething = (entry: Entry): boolean => entry.type === 'message' && textOf(entry.message.content).trim() !== '';

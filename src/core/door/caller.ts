import { spawnerOf } from '../../model/lineage.js';
import type { SessionRecord } from '../../model/record.js';
import { sessionIdPattern } from '../../model/sessionId.js';
import { SessionError } from '../../model/errors.js';
import type { Caller } from './callOptions.js';
import type { CoreContext } from '../context.js';
import { isOurs } from '../isOurs.js';

/** The session that an environment names, where this store has it. Its depth is what the records say, or more. */
export async function callerFrom(
  context: CoreContext,
  { session, depth }: { readonly session?: string | undefined; readonly depth: number },
): Promise<Caller | undefined> {
  if (session === undefined || !sessionIdPattern.test(session) || !(await isOurs(context, session))) return undefined;
  const line = await lineOf(context, session);
  const settings = line[0]?.settings ?? {};
  const mode = await context.modes.modeOf(context.store.root, session, settings);
  return { session, mode, depth: Math.max(depth, line.length - 1) };
}

/** More generations than any limit allows: a record that leads in a circle must not be followed for ever. */
const mostGenerations = 100;

/** The session and those that started it, the first of all last. One that is gone ends the line. */
export async function lineOf(context: Pick<CoreContext, 'store'>, id: string): Promise<readonly SessionRecord[]> {
  const line: SessionRecord[] = [];
  let next: string | undefined = id;
  while (next !== undefined && line.length < mostGenerations && !line.some((known) => known.id === next)) {
    const record = await context.store.read(next).catch((error: unknown) => {
      if (error instanceof SessionError && line.length > 0) return undefined;
      throw error;
    });
    if (!record) break;
    line.push(record);
    next = spawnerOf(record);
  }
  return line;
}

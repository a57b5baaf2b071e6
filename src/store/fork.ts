import type { Entry } from '../model/entry.js';
import { SessionError } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import type { NewRecord } from './store.js';

/** What a fork of a session is made from: its first fields, and the entries it starts with. */
export interface ForkPlan {
  readonly fields: NewRecord;
  readonly entries: readonly Entry[];
}

/**
 * Plans a fork: the entries up to and including `at` with their ids, their usage counted by the parent alone. The title
 * stays the parent's unless `fields` has one: the link to the parent tells them apart. The agent's own session does not go
 * along, two of ours would write to it. `at` is an id, or the unique start of one; `not_found`, `ambiguous`.
 */
export function planFork(
  parent: SessionRecord,
  entries: readonly Entry[],
  at: string | undefined,
  fields: Partial<NewRecord>,
  now: Date,
): ForkPlan {
  const end = at === undefined ? entries.length : positionOf(parent.id, entries, at) + 1;
  // What the record came to is the parent's; what its leases were does not concern the fork.
  const kept = entries.slice(0, end).filter(({ type }) => type !== 'session' && type !== 'info' && type !== 'lease');
  const last = at === undefined ? kept.at(-1)?.id : entries[end - 1]?.id;
  const { workdir, title, backend, model, tags, settings } = parent;
  return {
    entries: kept.map((entry) => inherited(entry, parent.id)),
    fields: {
      workdir,
      title,
      backend,
      tags,
      settings,
      ...(model !== undefined && { model }),
      created_at: now.toISOString(),
      last_used_at: now.toISOString(),
      ...fields,
      parent_id: parent.id,
      ...(last !== undefined && { forked_at: last }),
    },
  };
}

/** Usage that is counted already is left as it is: a fork of a fork names the session that paid. */
function inherited(entry: Entry, from: string): Entry {
  const { epoch: _epoch, ...rest } = entry;
  const copy = rest as Entry;
  if (copy.type !== 'message' || copy.usage === undefined) return copy;
  const { usage, ...message } = copy;
  return { ...message, inherited: { from, usage } };
}

const shortestStart = 4;

function positionOf(session: string, entries: readonly Entry[], at: string): number {
  const whole = entries.findIndex(({ id }) => id === at);
  if (whole >= 0) return whole;
  const starts = entries.flatMap(({ id }, index) => (at.length >= shortestStart && id.startsWith(at) ? [index] : []));
  const [found, other] = starts;
  if (found === undefined) {
    throw new SessionError('not_found', `session ${session} has no entry ${at}`, {
      hint: "skein sessions history shows the start of each entry's id",
    });
  }
  if (other !== undefined) throw new SessionError('ambiguous', `"${at}" fits ${starts.length} entries`, { hint: 'write more of the id' });
  return found;
}

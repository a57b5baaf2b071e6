import * as z from 'zod';
import { judgeBudget, type Budget, type Spending } from '../../model/budget.js';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import type { SessionRecord } from '../../model/record.js';
import type { SessionRow } from '../../model/row.js';
import type { CoreContext } from '../context.js';

const budgetSchema = z.object({ usd: z.number().optional(), tokens: z.number().optional(), mode: z.enum(['soft', 'hard']) });
const budgetsSchema = z.object({
  session: budgetSchema,
  folder: budgetSchema,
  day: budgetSchema,
  tag: z.record(z.string(), budgetSchema).optional(),
});

interface Applied {
  readonly key: string;
  readonly of: string;
  readonly budget: Budget;
  readonly spent: () => Promise<Spending>;
}

/**
 * Looks at the budgets that a session's next prompt falls under. Rejects with `over_budget` where a hard one is spent; returns
 * what is to be said of the others. What was spent is what the folder's own sessions used, deleted ones too: they were paid for.
 */
export async function checkBudgets(
  context: CoreContext,
  { record, history }: { readonly record: SessionRecord; readonly history: readonly Entry[] },
): Promise<readonly string[]> {
  const budgets = budgetsSchema.parse(await context.config.get('budget'));
  const paid = once(() => paidSessions(context));
  const rows = async (): Promise<readonly SessionRow[]> => {
    const { kept, deleted } = await paid();
    return [...kept, ...deleted];
  };
  const applied: readonly Applied[] = [
    { key: 'session', of: 'this session', budget: budgets.session, spent: () => Promise.resolve(spentIn(record, history)) },
    ...record.tags.flatMap((tag): Applied[] => {
      const budget = budgets.tag && Object.hasOwn(budgets.tag, tag) ? budgets.tag[tag] : undefined;
      const spent = async (): Promise<Spending> => sumOf((await rows()).filter((row) => row.tags.includes(tag)).map(spentBy));
      return budget ? [{ key: `tag.${tag}`, of: `the tag "${tag}"`, budget, spent }] : [];
    }),
    { key: 'folder', of: 'this folder', budget: budgets.folder, spent: async () => sumOf((await rows()).map(spentBy)) },
    { key: 'day', of: 'this day', budget: budgets.day, spent: async () => spentToday(context, await paid()) },
  ];
  const said: string[] = [];
  for (const { key, of, budget, spent } of applied) {
    if (budget.usd === undefined && budget.tokens === undefined) continue;
    for (const { kind, text } of judgeBudget(of, budget, await spent())) {
      if (kind === 'spent' && budget.mode === 'hard') {
        throw new SessionError('over_budget', text, {
          hint: `raise it with skein config set budget.${key}.<usd|tokens> <amount>, or warn only: budget.${key}.mode soft`,
        });
      }
      said.push(text.charAt(0).toUpperCase() + text.slice(1));
    }
  }
  return said;
}

interface Paid {
  readonly kept: readonly SessionRow[];
  /** Those that can be put back. */
  readonly deleted: readonly SessionRow[];
}

async function paidSessions({ store }: CoreContext): Promise<Paid> {
  const [kept, trashed] = await Promise.all([store.list(), store.trashed()]);
  return { kept, deleted: trashed.map(({ row }) => row) };
}

type Counted = Pick<SessionRecord, 'cost_usd' | 'token_usage' | 'turn_count'>;

/** What a session spent by its own counts. One that answered and tells of nothing is unknown. */
function spentBy({ cost_usd, token_usage, turn_count }: Counted): Spending {
  return {
    usd: cost_usd ?? 0,
    tokens: token_usage.total,
    unknownUsd: cost_usd === null ? turn_count : 0,
    unknownTokens: token_usage.total === 0 ? turn_count : 0,
  };
}

/** As above, with what its answers tell: of some the cost may be known, and of others not. */
function spentIn(record: SessionRecord, history: readonly Entry[]): Spending {
  const answers = sumOf(history.flatMap(spentAt));
  const whole = spentBy(record);
  return { ...answers, usd: Math.max(whole.usd, answers.usd), tokens: Math.max(whole.tokens, answers.tokens) };
}

async function spentToday({ store, now }: CoreContext, { kept, deleted }: Paid): Promise<Spending> {
  const midnight = new Date(now()).setHours(0, 0, 0, 0);
  const isToday = ({ last_used }: SessionRow): boolean => Date.parse(last_used) >= midnight;
  // The transcript of a deleted one is not read: used today, it counts as a whole.
  const spent = deleted.filter(isToday).map(spentBy);
  for (const row of kept.filter(isToday)) {
    if (row.problem) spent.push(spentBy(row));
    else
      await store.scan(row.id, (entry) => {
        if (Date.parse(entry.timestamp) >= midnight) spent.push(...spentAt(entry));
        return undefined;
      });
  }
  return sumOf(spent);
}

/** What the answer that ends a turn cost; none for any other entry, and for one that was paid elsewhere. */
function spentAt(entry: Entry): readonly Spending[] {
  if (entry.type !== 'message' || entry.message.role !== 'assistant' || entry.inherited) return [];
  const { usage, stop_reason: end } = entry;
  if (!usage && (end === undefined || end === 'cancelled' || end === 'interrupted' || end === 'error')) return [];
  const usd = usage?.cost_usd ?? undefined;
  const tokens = usage?.total ?? 0;
  return [{ usd: usd ?? 0, tokens, unknownUsd: usd === undefined ? 1 : 0, unknownTokens: tokens === 0 ? 1 : 0 }];
}

const sumOf = (all: readonly Spending[]): Spending =>
  all.reduce(
    (sum, one) => ({
      usd: sum.usd + one.usd,
      tokens: sum.tokens + one.tokens,
      unknownUsd: sum.unknownUsd + one.unknownUsd,
      unknownTokens: sum.unknownTokens + one.unknownTokens,
    }),
    { usd: 0, tokens: 0, unknownUsd: 0, unknownTokens: 0 },
  );

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

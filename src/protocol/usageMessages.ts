import * as z from 'zod';
import type { UsageRow } from '../model/report.js';
import { usageGroups } from '../model/usageGroup.js';

/** How far back the usage view looks, in days; 0 is all. */
const usagePeriods = [7, 30, 90, 0] as const;

/** What the usage view shows. */
const usageChoiceSchema = z.object({
  by: z.enum(usageGroups),
  period: z.literal(usagePeriods),
  scope: z.enum(['folder', 'all']),
});
export type UsageChoice = z.infer<typeof usageChoiceSchema>;

/** The usage view to the extension host, which parses it. */
export const usageToHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('choose'), choice: usageChoiceSchema }),
]);
export type UsageToHost = z.infer<typeof usageToHostSchema>;

/** Extension host to the usage view. */
export type UsageToWebview =
  | {
      readonly kind: 'usage';
      readonly folder: string;
      readonly choice: UsageChoice;
      /** Days, weeks and months from the first to the last; other groups from the largest. `title`: the key as people write it. */
      readonly rows: readonly (UsageRow & { readonly title: string })[];
      /** When the prices were looked up by which costs are estimated. */
      readonly pricesAsOf: string;
    }
  | { readonly kind: 'error'; readonly message: string; readonly hint?: string | undefined };

import * as z from 'zod';

const movable = /^(?:sessions|blobs|trash|salvage|pending)(?:\/(?!\.\.?(?:\/|$))[^/\\\0]+)+$/;
/** A path inside the store, `/` between its parts. A journal can come from a stranger: it reaches nothing else. */
const insideSchema = z.string().regex(movable);

/** Files and folders that change their place, each under the lock of the session `id` (empty: of none). */
export const stepsSchema = z.array(z.object({ id: z.string(), from: insideSchema, to: insideSchema }));
export type Step = z.infer<typeof stepsSchema>[number];

/** The same steps the other way round. */
export function reversed(steps: readonly Step[]): readonly Step[] {
  return steps.map(({ id, from, to }) => ({ id, from: to, to: from })).reverse();
}

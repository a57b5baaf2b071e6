import * as z from 'zod';

/** A command that a prompt may begin with, after a slash: Skein's own, or the agent's. For completion as one types. */
export const promptCommandSchema = z.object({
  name: z.string(),
  summary: z.string(),
  /** What follows it, in words; `[…]` may be left out. Empty for nothing. */
  argument: z.string(),
  /** Values to choose from, where they are known. */
  values: z.array(z.string()),
  from: z.enum(['skein', 'agent']),
});
export type PromptCommandInfo = z.infer<typeof promptCommandSchema>;

/** What came of a prompt that may be a command. Not handled: it is for the agent. `id`: the session to go on in, where that is another. */
export const promptOutcomeSchema = z.object({ handled: z.boolean(), text: z.string().optional(), id: z.string().optional() });
export type PromptOutcome = z.infer<typeof promptOutcomeSchema>;

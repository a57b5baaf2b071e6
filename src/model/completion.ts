import * as z from 'zod';

/** What may follow in a prompt as one types: `items` replace the text from `start` on. */
export const completionSchema = z.object({
  start: z.number().int().nonnegative(),
  items: z.array(z.object({ text: z.string(), label: z.string(), detail: z.string().optional() })),
});
export type Completion = z.infer<typeof completionSchema>;

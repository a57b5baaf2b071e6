import * as z from 'zod';
import { sessionStatuses } from './sessionStatus.js';

/** What a list may be narrowed by: the same in the tree, on the command line and over the wire. */
export const listFilterSchema = z.object({
  backend: z.string().optional(),
  status: z.enum(sessionStatuses).optional(),
  tags: z.array(z.string()).optional(),
  model: z.string().optional(),
  source: z.string().optional(),
  /** ISO times. */
  since: z.string().optional(),
  until: z.string().optional(),
  search: z.string().optional(),
  /** `here` keeps to the folder and below, `folder` (default) is what the tree shows, `all` every known folder and source. */
  scope: z.enum(['here', 'folder', 'all']).optional(),
  archived: z.boolean().optional(),
  activeOnly: z.boolean().optional(),
  sort: z.enum(['last_used', 'created', 'tokens', 'cost']).optional(),
  limit: z.number().int().positive().optional(),
  offset: z.number().int().nonnegative().optional(),
  lastN: z.number().int().positive().optional(),
});
export type ListFilter = z.infer<typeof listFilterSchema>;

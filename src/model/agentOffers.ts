import * as z from 'zod';
import { permissionModes } from './permissionMode.js';
import { thinkingLevels } from './thinkingLevel.js';

/** What an agent lets a person choose from, as far as it has told so far, and what its sessions begin with. */
export const agentOffersSchema = z.object({
  agent: z.string(),
  models: z.array(z.object({ id: z.string(), title: z.string() })),
  /** How much it can be told to think; empty where nobody can choose. */
  thinking_levels: z.array(z.enum(thinkingLevels)),
  defaults: z.object({
    model: z.string().optional(),
    fallbacks: z.array(z.string()),
    thinking_level: z.enum(thinkingLevels).optional(),
    permission_mode: z.enum(permissionModes).optional(),
  }),
});
export type AgentOffers = z.infer<typeof agentOffersSchema>;

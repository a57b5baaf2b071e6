import * as z from 'zod';
import { contentBlockSchema } from './entry.js';

/** A prompt that waits for the running turn of its session. */
export const queuedPromptSchema = z.object({ id: z.string(), content: z.array(contentBlockSchema) });
export type QueuedPrompt = z.infer<typeof queuedPromptSchema>;

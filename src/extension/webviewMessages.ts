import { postedSchema, type Posted } from '../protocol/messages.js';
import { usageToHostSchema, type UsageToHost } from '../protocol/usageMessages.js';

/** A message of a chat panel; throws a ZodError for what is none. */
export const parsePosted = (raw: unknown): Posted => postedSchema.parse(raw);

/** A message of the usage view; throws a ZodError for what is none. */
export const parseUsageMessage = (raw: unknown): UsageToHost => usageToHostSchema.parse(raw);

import * as z from 'zod';

/**
 * What passes through a door, one line of JSON each: the call of a tool, and what came of it. One call a connection; whoever
 * hangs up takes the call back.
 */
export const doorCallSchema = z.object({ key: z.string(), tool: z.string(), params: z.unknown() });
export type DoorCall = z.infer<typeof doorCallSchema>;

export const doorAnswerSchema = z.union([
  z.object({ result: z.record(z.string(), z.unknown()) }),
  z.object({ error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }) }),
]);
export type DoorAnswer = z.infer<typeof doorAnswerSchema>;

/** The variables that tell an MCP server where the door is, and who it asks for. */
export const doorVariables = { path: 'SKEIN_DOOR', key: 'SKEIN_DOOR_KEY' } as const;

import * as z from 'zod';
import type { AgentCommandInfo } from './agent.js';

const commandSchema = z.looseObject({
  name: z.string().min(1),
  description: z.string().catch(''),
  input: z
    .looseObject({ hint: z.string().catch('') })
    .nullish()
    .catch(undefined),
});
const updateSchema = z.looseObject({ availableCommands: z.array(commandSchema.nullable().catch(null)) });

/** The commands that an `available_commands_update` names; one that does not parse is left out. */
export function commandsOf(update: unknown): AgentCommandInfo[] {
  const { availableCommands } = updateSchema.parse(update);
  return availableCommands.flatMap((command) => {
    if (!command) return [];
    const { name, description, input } = command;
    return [{ name: name.replace(/^\//, ''), description, hint: input?.hint ?? '' }];
  });
}

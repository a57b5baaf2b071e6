import { connectAcp } from '../acpConnection.js';
import type { AgentConnection } from '../agent.js';
import type { AgentStart } from '../agentStart.js';

/**
 * Codex through its ACP adapter, with what that one has beyond the protocol (its AIR extensions): errors that are no chat, and
 * a fork at a message.
 */
export async function connectCodexAdapter(start: AgentStart): Promise<AgentConnection> {
  // Who asks for those extensions is also suggested a next prompt, which asks the model once more.
  const env = { ...start.command.env, CODEX_ACP_PROMPT_SUGGESTIONS: 'false' };
  const connection = await connectAcp({
    ...start,
    command: { ...start.command, env },
    // Without the delta it tells nothing of what a command prints.
    clientMeta: { ...air({ capabilities: ['sessionFailure'] }), terminal_output_delta: true },
    forkMeta: (messageId) => air({ fork: { version: 1, messageId } }),
  });
  return { ...connection, exclusive: true };
}

const air = (fields: object): Readonly<Record<string, unknown>> => ({ jetbrains: { air: { version: 1, ...fields } } });

import { connect } from 'node:net';
import { errorCodes, SessionError } from '../../model/errors.js';
import type { ToolName } from '../../model/sessionTools.js';
import { doorAnswerSchema, doorVariables, type DoorCall } from './doorMessages.js';
import { socketLine } from './socketLine.js';

/** Bytes of one answer: more than the longest that a tool gives. */
const mostBytes = 64 << 20;

type Environment = Readonly<Record<string, string | undefined>>;

/** Calls a tool in the process that runs the session's turn. Rejects with what it was refused for. */
export type DoorClient = (tool: ToolName, params: unknown, signal: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

/** The door that the environment names; `undefined` where Skein did not start the agent. */
export function doorClient(env: Environment): DoorClient | undefined {
  const { [doorVariables.path]: address, [doorVariables.key]: key } = env;
  if (!address || !key) return undefined;
  return async (tool, params, signal) => {
    const answer = doorAnswerSchema.parse(JSON.parse(await answerTo(address, { key, tool, params }, signal)));
    if ('result' in answer) return answer.result;
    const { code, message, hint } = answer.error;
    throw new SessionError(errorCodes.find((known) => known === code) ?? 'failed', message, { hint });
  };
}

async function answerTo(address: string, call: DoorCall, signal: AbortSignal): Promise<string> {
  const socket = connect(address);
  let cause: unknown;
  socket.on('error', (error) => (cause = error));
  const cancel = (): void => void socket.destroy();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    socket.write(`${JSON.stringify(call)}\n`);
    const answer = await socketLine(socket, mostBytes);
    if (answer !== undefined) return answer;
    throw new SessionError('gone', 'the program that runs this session is not there any more', { cause });
  } finally {
    signal.removeEventListener('abort', cancel);
    socket.destroy();
  }
}

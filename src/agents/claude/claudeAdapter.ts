import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { messageOf, SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import { connectAcp } from '../acpConnection.js';
import type { AgentConnection, ForkPoint, SessionOptions } from '../agent.js';
import type { AgentStart } from '../agentStart.js';
import { claudePoint } from './claudePoint.js';

const run = promisify(execFile);
const sdk = '@anthropic-ai/claude-agent-sdk';
/** How long the fork of a session may take, in milliseconds: its file is read and written once. */
const forkMs = 60_000;
const forkedSchema = z.object({ sessionId: z.uuid() });

/**
 * Claude Code through its ACP adapter. The protocol has no fork at a message; the SDK that the adapter brings has one, and it is
 * used for that, in a process of its own.
 */
export async function connectClaudeAdapter(start: AgentStart): Promise<AgentConnection> {
  const connection = await connectAcp(start);
  const { resume, info } = connection;
  if (!resume || !bringsSdk(start)) return connection;
  return {
    ...connection,
    info: { ...info, can: [...info.can, 'fork_at'] },
    forkAt: async (id: string, point: ForkPoint, options: SessionOptions) => resume(await forkAt(start, id, point), options),
  };
}

function bringsSdk({ program }: AgentStart): boolean {
  for (let folder = path.dirname(program.file), above = ''; folder !== above; above = folder, folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'node_modules', sdk, 'package.json'))) return true;
  }
  return false;
}

const script = `
import { forkSession } from '${sdk}';
const [id, upToMessageId] = process.argv.slice(1);
process.stdout.write(JSON.stringify(await forkSession(id, { upToMessageId })));
`;

/** The id of a new session that has the history up to the message, that one included. */
async function forkAt(start: AgentStart, id: string, { messageId }: ForkPoint): Promise<string> {
  const { command, program } = start;
  const known = z.uuid().safeParse(id);
  if (!known.success) {
    throw new SessionError('not_found', `${command.title} does not know this session`, { hint: `${id} is no id of its sessions` });
  }
  const uuid = await claudePoint(command.env, known.data, messageId);
  const node = await start.node(22);
  // The module is looked for from where the adapter lies, which is never the folder that is worked in.
  const cwd = path.dirname(program.file);
  const env = { ...command.env, ...node.env };
  const args = [...node.args, '--input-type=module', '--eval', script, known.data, uuid];
  try {
    const { stdout } = await run(node.command, args, { cwd, env, timeout: forkMs, windowsHide: true });
    return forkedSchema.parse(jsonOf(stdout)).sessionId;
  } catch (error) {
    throw new SessionError('agent_failed', `${command.title} could not fork its session at a message`, {
      hint: lastLine(error),
      cause: error,
    });
  }
}

function lastLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said.split('\n').find((line) => /error/i.test(line)) ?? messageOf(error);
}

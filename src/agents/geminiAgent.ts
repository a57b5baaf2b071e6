import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { connectAcp } from './acpConnection.js';
import type { ConnectAgent } from './agentStart.js';

/**
 * Gemini CLI. At each start it cleans up the conversations of the folder that it is started in, and deletes with the empty and the
 * old ones also those that were resumed. So it is started in a folder of ours, where there are none; the session names the folder
 * to work in. It has no `session/resume`, and `session/load` writes what the next clean-up deletes: a session goes on by replay.
 */
export const connectGemini: ConnectAgent = async (start) => {
  const { env } = start.command;
  const made = path.join(env['SKEIN_HOME'] || path.join(env['HOME'] || os.homedir(), '.skein'), 'gemini');
  await fs.mkdir(made, { recursive: true, mode: 0o700 });
  const folder = await fs.realpath(made);
  return connectAcp({
    ...start,
    // It would start itself once more, for a larger heap: a second process and twice the time, for what no session needs.
    command: { ...start.command, env: { GEMINI_CLI_NO_RELAUNCH: 'true', ...env } },
    cwd: folder,
    mayLoad: false,
    // It runs commands in the session's folder, and says of them that they run in the one that it was started in.
    mend: (line) => line.replaceAll(ranIn(folder), () => ranIn(start.cwd)),
  });
};

/** What it says of a command that names no folder, as in JSON. */
const ranIn = (folder: string): string => JSON.stringify(`[current working directory ${folder}]`).slice(1, -1);

import * as fs from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import * as z from 'zod';
import { messageOf, SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';

const lineSchema = z.looseObject({
  type: z.enum(['assistant', 'user']),
  uuid: z.string(),
  isSidechain: z.boolean().optional(),
  message: z.looseObject({ id: z.string().optional() }),
});

/**
 * The uuid of the last line that a message has in Claude Code's own record of the session: what it forks at. A message is known
 * by the id that the model gave it, which live turns keep, or by a line's uuid, which the sessions read from its store keep.
 * Rejects with `not_found`.
 */
export async function claudePoint(
  env: Readonly<Record<string, string>>,
  sessionId: string,
  messageId: string | undefined,
): Promise<string> {
  // What is read from the store is `<uuid>:<block>` where a line holds several.
  const wanted = messageId?.replace(/:.*$/, '');
  const file = await fileOf(env, sessionId);
  const missing = (hint: string): SessionError =>
    new SessionError('not_found', 'Claude Code does not have this message any more', { hint });
  const found =
    file === undefined || wanted === undefined
      ? undefined
      : await lastLineOf(file, wanted).catch((error: unknown) => {
          throw missing(messageOf(error));
        });
  if (found === undefined) throw missing(`session ${sessionId}`);
  return found;
}

async function lastLineOf(file: string, wanted: string): Promise<string | undefined> {
  const input = fs.createReadStream(file, 'utf8');
  const lines = readline.createInterface({ input, crlfDelay: Infinity });
  let problem: Error | undefined;
  // Readline does not hand it on, and nobody else hears of it: the file may be gone since it was found.
  input.once('error', (error) => {
    problem = error;
    lines.close();
  });
  let found: string | undefined;
  for await (const text of lines) {
    if (!text.includes(wanted)) continue;
    const { data: line } = lineSchema.safeParse(jsonOf(text));
    if (line && line.isSidechain !== true && (line.message.id === wanted || line.uuid === wanted)) found = line.uuid;
  }
  if (problem) throw problem;
  return found;
}

/** Its file, whichever folder the session was made in. */
async function fileOf(env: Readonly<Record<string, string>>, sessionId: string): Promise<string | undefined> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? os.homedir();
  const projects = path.join(env['CLAUDE_CONFIG_DIR'] || path.join(home, '.claude'), 'projects');
  const folders = await readdir(projects).catch(() => []);
  const files = folders.map((folder) => path.join(projects, folder, `${sessionId}.jsonl`));
  return files.find((file) => fs.existsSync(file));
}

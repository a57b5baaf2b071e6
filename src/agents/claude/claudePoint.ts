import * as fs from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
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
  let found: string | undefined;
  if (file !== undefined && wanted !== undefined) {
    for await (const text of readline.createInterface({ input: fs.createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      if (!text.includes(wanted)) continue;
      const { data: line } = lineSchema.safeParse(jsonOf(text));
      if (line && line.isSidechain !== true && (line.message.id === wanted || line.uuid === wanted)) found = line.uuid;
    }
  }
  if (found === undefined) {
    throw new SessionError('not_found', 'Claude Code does not have this message any more', { hint: `session ${sessionId}` });
  }
  return found;
}

/** Its file, whichever folder the session was made in. */
async function fileOf(env: Readonly<Record<string, string>>, sessionId: string): Promise<string | undefined> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? os.homedir();
  const projects = path.join(env['CLAUDE_CONFIG_DIR'] ?? path.join(home, '.claude'), 'projects');
  const folders = await readdir(projects).catch(() => []);
  const files = folders.map((folder) => path.join(projects, folder, `${sessionId}.jsonl`));
  return files.find((file) => fs.existsSync(file));
}

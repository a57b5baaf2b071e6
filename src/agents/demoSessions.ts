import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as z from 'zod';
import type { Environment } from './agentEnvironment.js';

const demoSessionSchema = z.object({
  version: z.literal(1),
  id: z.uuid(),
  title: z.string(),
  turns: z.array(z.object({ prompt: z.string(), answer: z.string() })),
});
/** What the demo remembers of a conversation. */
export type DemoSession = z.infer<typeof demoSessionSchema>;

/** Where the demo keeps its memory: `$SKEIN_DEMO_HOME`, else `$SKEIN_HOME/demo`, else `~/.skein/demo`. */
export function demoHome(env: Environment): string {
  return env['SKEIN_DEMO_HOME'] || path.join(env['SKEIN_HOME'] || path.join(os.homedir(), '.skein'), 'demo');
}

/** The demo's memory: one small file a session, so that a restarted process can go on. */
export class DemoSessions {
  constructor(private readonly home: string) {}

  create(from?: DemoSession): DemoSession {
    return { version: 1, id: randomUUID(), title: from?.title ?? '', turns: [...(from?.turns ?? [])] };
  }

  /** The session, `undefined` when there is none of this id. An id becomes a file name only when it is a UUID. */
  async read(id: string): Promise<DemoSession | undefined> {
    if (!z.uuid().safeParse(id).success) return undefined;
    try {
      return demoSessionSchema.parse(JSON.parse(await fs.readFile(this.#file(id), 'utf8')));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Written beside and renamed: a reader never sees half of it. */
  async write(session: DemoSession): Promise<void> {
    await fs.mkdir(this.home, { recursive: true, mode: 0o700 });
    const beside = `${this.#file(session.id)}.${process.pid}`;
    await fs.writeFile(beside, JSON.stringify(session), { mode: 0o600 });
    await fs.rename(beside, this.#file(session.id));
  }

  #file(id: string): string {
    return path.join(this.home, `${id.toLowerCase()}.json`);
  }
}

// An agent's own list of its sessions, in a process of its own: `ownListing claude|codex|opencode PROGRAM HOME`, where PROGRAM is its
// package's module or its program. Prints the milliseconds it took and how many it gave.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

const [name = '', program = '', home = ''] = process.argv.slice(2);
const env = { ...process.env, HOME: home, CLAUDE_CONFIG_DIR: join(home, '.claude'), CODEX_HOME: join(home, '.codex') };

const listings: Readonly<Record<string, () => Promise<number>>> = {
  async claude() {
    Object.assign(process.env, env);
    const sdk = (await import(pathToFileURL(program).href)) as { listSessions(options: object): Promise<readonly unknown[]> };
    return (await sdk.listSessions({ includeProgrammatic: true })).length;
  },

  /** Its first start on a home puts every rollout into its database. */
  async codex() {
    const server = spawn(program, ['app-server'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
      const call = async (id: number, method: string, params: object): Promise<unknown> => {
        server.stdin.write(`${JSON.stringify({ id, method, params })}\n`);
        for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
          const message = z.object({ id: z.unknown().optional(), result: z.unknown().optional() }).parse(JSON.parse(line.value));
          if (message.id === id) return message.result;
        }
        throw new Error('codex app-server ended');
      };
      await call(0, 'initialize', { clientInfo: { name: 'bench', version: '1' } });
      server.stdin.write('{"method":"initialized"}\n');
      let [count, cursor]: [number, string | null] = [0, null];
      for (let id = 1; id === 1 || cursor !== null; id++) {
        const params = { limit: 100, cursor, modelProviders: [], sourceKinds: ['cli', 'vscode', 'exec', 'appServer'] };
        const page = z
          .object({ data: z.array(z.unknown()), nextCursor: z.string().nullable() })
          .parse(await call(id, 'thread/list', params));
        [count, cursor] = [count + page.data.length, page.nextCursor];
      }
      return count;
    } finally {
      server.kill();
    }
  },

  /** It lists one project, which a repository's own folder names. */
  opencode() {
    const database = new DatabaseSync(join(home, '.local/share/opencode/opencode.db'), { readOnly: true });
    const [project] = database.prepare('select project_id as id from session group by 1 order by count(*) desc').all();
    database.close();
    const folder = join(home, 'project');
    mkdirSync(folder, { recursive: true });
    execFileSync('git', ['init', '--quiet', folder]);
    writeFileSync(join(folder, '.git/opencode'), String(project?.['id']));
    const quiet = { ...env, OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', npm_config_offline: 'true' };
    // Into a file: it ends before a pipe has taken all of it.
    const said = join(home, 'listed.json');
    const out = openSync(said, 'w');
    execFileSync(program, ['session', 'list', '--format', 'json', '-n', '100000'], {
      ...{ cwd: folder, env: quiet },
      stdio: ['ignore', out, 'ignore'],
    });
    closeSync(out);
    return Promise.resolve(z.array(z.unknown()).parse(JSON.parse(readFileSync(said, 'utf8'))).length);
  },
};

const start = performance.now();
const count = await listings[name]?.();
process.stdout.write(JSON.stringify([performance.now() - start, count]));
process.exit();

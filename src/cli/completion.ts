import tab from '@bomb.sh/tab/commander';
import type { RootCommand } from '@bomb.sh/tab';
import { configKeys } from '../core/config/configKeys.js';
import { SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { bashCompletion } from './bashCompletion.js';
import type { ExitCode } from './invocation.js';
import { invoke } from './invocationOf.js';
import { createProgram } from './program.js';
import { sessionName } from './sessionName.js';
import { shortIds } from './shortId.js';
import type { Terminal } from './terminal.js';

type Suggestion = readonly [value: string, description: string];

const shells = ['zsh', 'bash', 'fish', 'powershell'];

/**
 * `skein complete <shell>` prints the script to source; that script asks `skein complete -- <words>` at each tab. Options
 * and commands come from the command table, ids and tags from the folder's sessions.
 */
export async function complete(
  words: readonly string[],
  { terminal, env }: { readonly terminal: Terminal; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<ExitCode> {
  const program = createProgram('', { writeOut: terminal.write, writeErr: terminal.writeError }, () => undefined, { completion: false });
  const root = tab(program);
  const [shell = '', ...line] = words;
  if (shell === '--') {
    const rows = await knownRows(terminal, env);
    suggestSessions(root, rows);
    root.parse([...line]);
    return 0;
  }
  if (!shells.includes(shell)) {
    throw new SessionError('usage', shell === '' ? 'for which shell?' : `"${shell}" is not a shell this works with`, {
      hint: `skein complete ${shells.join('|')}; for example: source <(skein complete bash)`,
    });
  }
  if (shell === 'bash') terminal.write(bashCompletion);
  else root.setup('skein', 'skein', shell);
  return 0;
}

/** Tab must never print an error into the person's line: a store that cannot be read has no suggestions. */
async function knownRows(terminal: Terminal, env: Readonly<Record<string, string | undefined>>): Promise<readonly SessionRow[]> {
  let rows: readonly SessionRow[] = [];
  const quiet: Terminal = { ...terminal, say: () => undefined };
  const list = async ({ open }: Parameters<Parameters<typeof invoke>[0]>[0]): Promise<undefined> => {
    rows = (await (await open()).list({ limit: 200 })).rows;
  };
  try {
    await invoke(list, { args: [], options: {}, terminal: quiet, env });
  } catch {
    return [];
  }
  return rows;
}

function suggestSessions(root: RootCommand, rows: readonly SessionRow[]): void {
  const short = shortIds(rows.map((row) => row.id));
  const ids = rows.map((row): Suggestion => [short.get(row.id) ?? row.id, sessionName(row)]);
  const tags = [...new Set(rows.flatMap((row) => row.tags))]
    .filter((tag) => !/\p{Cc}/u.test(tag))
    .sort()
    .map((tag): Suggestion => [tag, 'tag']);
  const keys = Object.entries(configKeys).map(([name, { about }]): Suggestion => [name, about]);
  const offer = (suggestions: readonly Suggestion[]) => (add: (value: string, description: string) => void) => {
    for (const [value, description] of suggestions) add(value, description);
  };
  for (const command of [root, ...root.commands.values()]) {
    for (const [name, argument] of command.arguments) {
      if (name === 'id') argument.handler = offer(ids);
      if (name === 'tag') argument.handler = offer(tags);
      if (name === 'key') argument.handler = offer(keys);
    }
    for (const [name, option] of command.options) {
      if (name === 'tag') option.handler = offer(tags);
      if (name === 'attach' || name === 'session') option.handler = offer(ids);
    }
  }
}

import { readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Completion } from '../../model/completion.js';
import { isInside } from '../../model/folderPath.js';
import type { PromptCommandInfo } from '../../model/promptCommand.js';
import { looksSecret } from '../../model/secretFile.js';
import type { SessionRow } from '../../model/row.js';
import { isGuarded, type MentionPlace } from './mentionedFile.js';

const mostItems = 50;
/** Characters of a session's id that a mention has: enough to be the only one. */
const idChars = 12;

export interface CompletionScene {
  readonly place: MentionPlace;
  readonly commands: () => Promise<readonly PromptCommandInfo[]>;
  /** The other sessions of the folder, last used first. */
  readonly sessions: () => Promise<readonly SessionRow[]>;
}

/** What may follow a prompt that was typed up to the cursor: a slash command, its value, a file or a session. */
export async function completePrompt(text: string, scene: CompletionScene): Promise<Completion> {
  const slash = /^\/([\w-]*)$/.exec(text);
  if (slash) return { start: 0, items: (await matching(scene, slash[1] ?? '')).map(commandItem) };
  const value = /^\/([\w-]+)[ \t]+(\S*)$/.exec(text);
  if (value) return valuesFor(scene, value[1] ?? '', value[2] ?? '', text);
  const mention = /(?:^|[\s(])@("?)([^\s"@]*)$/.exec(text);
  if (!mention) return { start: text.length, items: [] };
  const typed = mention[2] ?? '';
  const start = text.length - typed.length - (mention[1] ?? '').length - 1;
  const session = /^session:(.*)$/.exec(typed)?.[1];
  if (session !== undefined) return { start, items: await sessionItems(scene, session) };
  const offer = typed !== '' && 'session:'.startsWith(typed) ? [{ text: '@session:', label: 'session:', detail: 'another session' }] : [];
  return { start, items: [...offer, ...(await fileItems(scene.place, typed))] };
}

const matching = async ({ commands }: CompletionScene, start: string) => (await commands()).filter(({ name }) => name.startsWith(start));

const commandItem = ({ name, argument, summary }: PromptCommandInfo): Completion['items'][number] => ({
  text: argument === '' ? `/${name}` : `/${name} `,
  label: `/${name}${argument && ` ${argument}`}`,
  detail: summary,
});

async function valuesFor({ commands }: CompletionScene, name: string, typed: string, text: string): Promise<Completion> {
  const command = (await commands()).find((known) => known.name === name);
  const items = (command?.values ?? []).filter((value) => value.startsWith(typed)).map((value) => ({ text: value, label: value }));
  return { start: text.length - typed.length, items };
}

async function sessionItems({ sessions }: CompletionScene, typed: string): Promise<Completion['items']> {
  const wanted = typed.toLowerCase();
  const rows = (await sessions()).filter(
    ({ id, title, prompt }) => id.startsWith(wanted) || `${title} ${prompt}`.toLowerCase().includes(wanted),
  );
  return rows.slice(0, mostItems).map(({ id, title, prompt, backend }) => ({
    text: `@session:${id.includes(':') ? id : id.slice(0, idChars)} `,
    label: title || prompt.slice(0, 60) || id,
    detail: backend,
  }));
}

/** What lies in the folder that was typed so far; nothing that a mention would not take. */
async function fileItems(place: MentionPlace, typed: string): Promise<Completion['items']> {
  const folder = typed.endsWith('/') ? typed : dirname(typed) === '.' ? '' : `${dirname(typed)}/`;
  const start = typed.slice(folder.length);
  const real = await realpath(join(place.cwd, folder)).catch(() => undefined);
  if (real === undefined || !isInside(real, place.cwd) || isGuarded(real, place)) return [];
  const found = await readdir(real, { withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .filter(({ name }) => name.toLowerCase().startsWith(start.toLowerCase()) && (start !== '' || !name.startsWith('.')))
    .filter(
      ({ name }) => !isGuarded(join(real, name), place) && !looksSecret(relative(place.cwd, join(real, name))) && name !== 'node_modules',
    )
    .sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || a.name.localeCompare(b.name))
    .slice(0, mostItems)
    .map((entry) => {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory()) return { text: `@${path}/`, label: `${path}/` };
      return { text: /\s/.test(path) ? `@"${path}" ` : `@${path} `, label: path };
    });
}

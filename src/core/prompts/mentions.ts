import type { ContentBlock } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import { partOf } from '../../model/replay.js';
import { replayView } from '../../model/replayView.js';
import type { CoreContext } from '../context.js';
import { mentionedFile, type Mentioned, type MentionPlace } from './mentionedFile.js';
import type { Workspace } from '../workspace.js';

/** Most that one prompt brings along, and tokens of another session that go with it. */
const mostMentions = 20;
const sessionTokens = 8_000;

/** `@src/a.ts`, `@"a b.txt"`, `@session:1a2b`: at the start or after white space or a bracket. */
const mentionPattern = /(?<=^|[\s(])@(?:"([^"\n]+)"|([^\s"@]+))/g;

/** Where the sessions that a prompt names are found. */
type Sessions = Pick<Workspace, 'resolveId' | 'get' | 'history'>;

export interface ResolvedPrompt {
  readonly content: readonly ContentBlock[];
  /** What was named and not taken along, and why. */
  readonly warnings: readonly string[];
}

/**
 * A prompt with the files and sessions that it names, each as a block after the person's own words, which stay as they are. What
 * names nothing is no mention.
 */
export async function withMentions(
  context: CoreContext,
  content: readonly ContentBlock[],
  { id, cwd, workspace }: { readonly id: string; readonly cwd: string; readonly workspace: Sessions },
): Promise<ResolvedPrompt> {
  const names = content.flatMap((block) => (block.type === 'text' ? mentionsIn(block.text) : []));
  const place = { cwd, root: context.store.root };
  const blocks: ContentBlock[] = [];
  const warnings: string[] = [];
  for (const name of [...new Set(names)].slice(0, mostMentions)) {
    const found = await resolved(context, name, { id, place, workspace });
    if (found && 'refused' in found) warnings.push(`Not taken along: ${found.refused}`);
    else if (found && !blocks.some((block) => block['uri'] === found.block['uri'])) blocks.push(found.block);
  }
  return { content: [...content, ...blocks], warnings };
}

const mentionsIn = (text: string): string[] => [...text.matchAll(mentionPattern)].map(([, quoted, bare]) => quoted ?? bare ?? '');

async function resolved(
  context: CoreContext,
  name: string,
  { id, place, workspace }: { readonly id: string; readonly place: MentionPlace; readonly workspace: Sessions },
): Promise<Mentioned | undefined> {
  const session = /^session:(.+)$/.exec(name)?.[1];
  try {
    if (session !== undefined) return await mentionedSession(workspace, withoutEnd(session), id);
    // What ends a sentence or a bracket is part of the name only where the name has it.
    return (await mentionedFile(name, place)) ?? (await mentionedFile(withoutEnd(name), place));
  } catch (error) {
    context.logger.warn(`@${name}: ${messageOf(error)}`);
    return { refused: `${name}: ${messageOf(error)}` };
  }
}

const withoutEnd = (name: string): string => name.replace(/[.,;:!?)\]}'’”]+$/, '');

async function mentionedSession(workspace: Sessions, text: string, own: string): Promise<Mentioned> {
  const id = await workspace.resolveId(text);
  if (id === own) throw new SessionError('usage', 'this is the session itself');
  const [row, entries] = await Promise.all([workspace.get(id), workspace.history(id)]);
  const view = replayView(entries, { tokens: sessionTokens });
  const title = `session "${row.title || row.prompt.slice(0, 60) || id}"`;
  const said = [view.before, ...view.entries.map(partOf)].filter(Boolean).join('\n\n');
  return { block: { type: 'resource', uri: `skein-session:${id}`, title, text: said || '(nothing was said in it)' } };
}

import * as z from 'zod';
import { messageOf, SessionError } from '../model/errors.js';
import { jsonOf } from '../model/json.js';
import type { SessionRecord } from '../model/record.js';
import { isStore } from '../store/location.js';
import type { UndoResult } from '../store/store.js';
import type { CoreContext } from './context.js';
import { sourceNamed } from './foreign/foreignId.js';
import { moveSchema } from './foreign/movedFolders.js';
import { restoreForeign } from './foreign/foreignTrash.js';
import { isOurs } from './isOurs.js';

/** The fields that a patch of many records puts back; each is there in every record. */
const fieldsSchema = z.looseObject({});

/** What the core journals of changes that the store does not know: plain JSON, parsed again when undone. */
const changeSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('patch'), rows: z.array(z.object({ id: z.string(), fields: fieldsSchema })), also: z.boolean() }),
  z.object({ act: z.literal('remove'), kept: z.array(z.string()), also: z.boolean() }),
  z.object({ act: z.literal('hide'), hidden: z.array(z.string()), also: z.boolean() }),
  z.object({
    act: z.literal('describe'),
    items: z.array(z.object({ source: z.string(), ownId: z.string(), title: z.string().optional(), tags: z.array(z.string()).optional() })),
    also: z.boolean(),
  }),
  z.object({ act: z.literal('relink'), from: z.string(), was: moveSchema.optional(), also: z.boolean() }),
  z.object({ act: z.literal('import'), ids: z.array(z.string()), also: z.boolean() }),
]);
/** `also`: the change before this one was made by the same act and is undone with it. */
export type CoreChange = z.infer<typeof changeSchema>;

/** As it stands in the journal: the text of the change, and the seal that says that it was not a stranger who wrote it. */
const sealedSchema = z.object({ change: z.string(), seal: z.string() });

/** Journals, before the act, a change that `undoLast` can take back. Gives what to call where the act came to nothing. */
export async function journalChange(
  context: CoreContext,
  what: string,
  ids: readonly string[],
  data: CoreChange,
): Promise<() => Promise<void>> {
  await context.ensure();
  const change = JSON.stringify(data);
  return context.store.journal({ what, ids, data: { change, seal: await context.seal.of(change) } });
}

/** Takes back the last change of this surface, whatever it touched; `null` when there is none. */
export async function undoLast(context: CoreContext): Promise<UndoResult | null> {
  if (!isStore(context.store.root)) return null;
  const undone = await context.store.undo();
  if (!undone || undone.data === undefined) return undone;
  const { what, ids } = undone;
  const change = await changeOf(context, undone.data);
  if (!change) {
    throw new SessionError('unsupported', `"${what}" cannot be undone: your Skein did not do it, or this version does not know how`, {
      hint: 'undo now takes the change before that',
    });
  }
  await takeBack(context, change);
  if (!change.also) return { what, ids };
  const before = await undoLast(context);
  return { what, ids: [...new Set([...ids, ...(before?.ids ?? [])])] };
}

async function changeOf({ seal }: CoreContext, data: unknown): Promise<CoreChange | undefined> {
  const { data: sealed } = sealedSchema.safeParse(data);
  if (!sealed || !(await seal.isOn(sealed.change, sealed.seal))) return undefined;
  return changeSchema.safeParse(jsonOf(sealed.change)).data;
}

async function takeBack(context: CoreContext, change: CoreChange): Promise<void> {
  const { store, sources, logger } = context;
  switch (change.act) {
    case 'patch':
      for (const { id, fields } of change.rows) {
        // One that was deleted meanwhile must not keep the others as they are.
        await store
          .update(id, () => fields as Partial<SessionRecord>)
          .catch((error: unknown) => logger.warn(`session ${id} stays as it is: ${messageOf(error)}`));
      }
      return;
    case 'remove':
      for (const folder of change.kept) await restoreForeign(context, folder);
      return;
    case 'hide':
      await context.hidden.show(change.hidden);
      return;
    case 'describe':
      for (const { source, ownId, title, tags } of change.items) {
        const { rename, tag } = sourceNamed(sources, source);
        if (title !== undefined) await rename?.(ownId, title);
        if (tags !== undefined) await tag?.(ownId, tags);
      }
      return;
    case 'relink':
      await context.moved.set(change.from, change.was);
      return;
    case 'import':
      await store.remove(await stillOurs(context, change.ids), { reason: 'undo' });
      return;
  }
}

/** An import that stopped half way brought some of them, and what was deleted since is gone already. */
async function stillOurs(context: CoreContext, ids: readonly string[]): Promise<readonly string[]> {
  const there: string[] = [];
  for (const id of ids) if (await isOurs(context, id)) there.push(id);
  return there;
}

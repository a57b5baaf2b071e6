import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import { markdownOf } from '../../model/markdown.js';
import type { CoreContext } from '../context.js';
import { foreignId } from '../foreign/foreignId.js';
import { getRow, readHistory } from '../turns/snapshot.js';
import type { ExportFormat } from '../workspace.js';

/** What a JSON export says it is. */
export const jsonFormat = 'skein-sessions';

/**
 * Sessions as one file: `json` (records and entries), `md` (for reading), or `bundle` (a zip of the very files, which an
 * import puts back byte for byte; ours alone).
 */
export async function exportSessions(context: CoreContext, ids: readonly string[], format: ExportFormat): Promise<Uint8Array> {
  switch (format) {
    case 'json': {
      const sessions = await Promise.all(ids.map((id) => readWhole(context, id)));
      return Buffer.from(`${JSON.stringify({ format: jsonFormat, version: 1, sessions }, undefined, 2)}\n`);
    }
    case 'md': {
      const texts: string[] = [];
      for (const id of ids) texts.push(markdownOf(await getRow(context, id), await readHistory(context, id)));
      return Buffer.from(texts.join('\n---\n\n'));
    }
    case 'bundle': {
      const foreign = ids.find((id) => foreignId(id));
      if (foreign !== undefined) {
        throw new SessionError('unsupported', `${foreign} is not a session of ours: a bundle holds our own files`, {
          hint: 'resume it first, or export it as json or md',
        });
      }
      const { packBundle } = await import('./bundle.js');
      return packBundle(await Promise.all(ids.map(async (id) => ({ id, files: await context.store.files(id) }))));
    }
  }
}

async function readWhole(context: CoreContext, id: string): Promise<{ readonly record: unknown; readonly entries: readonly Entry[] }> {
  const record = foreignId(id) ? await getRow(context, id) : await context.store.read(id);
  return { record, entries: await Promise.all((await readHistory(context, id)).map((entry) => withPictures(context, entry))) };
}

/** One file is to tell all: what the store keeps beside the transcript goes in. */
async function withPictures({ store }: CoreContext, entry: Entry): Promise<Entry> {
  if (entry.type !== 'message') return entry;
  return { ...entry, message: { ...entry.message, content: [...(await store.loadPictures(entry.message.content))] } };
}

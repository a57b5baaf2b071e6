import * as path from 'node:path';
import { recounted, madeTranscript } from './doctorRepairs.js';
import { examined, setAside, type Examined } from './examined.js';
import type { FolderEntry } from './filePort.js';
import { longLines } from './longLines.js';
import type { ShownRecord } from './recordFile.js';
import type { StoreContext } from './storeContext.js';
import { scanTranscript } from './transcriptFile.js';

/** The transcript of a session; `record` is its record, where that can be read. */
export async function examineTranscript(
  context: StoreContext,
  id: string,
  kind: FolderEntry['kind'] | undefined,
  record: ShownRecord | undefined,
): Promise<readonly Examined[]> {
  const file = `sessions/${id}.jsonl`;
  if (kind === 'file') return [...(await examineLength(context, id, record)), ...(await examineLines(context, id))];
  if (kind !== undefined) return [notAFile(context, id, file, kind, record)];
  if (record === undefined) return [];
  const fix = 'write one that tells what the record tells';
  const prepare = (aside: string) => madeTranscript(context, record, aside);
  return [examined(context, `sessions/${id}.json`, 'no_transcript', 'its transcript is missing', fix, { kind: 'change', prepare })];
}

function notAFile(context: StoreContext, id: string, file: string, kind: string, record: ShownRecord | undefined): Examined {
  const [name, detail] = kind === 'link' ? ['link', 'it is a symbolic link, which is not followed'] : ['unreadable', 'it is not a file'];
  if (record === undefined) return examined(context, file, name, detail, 'move it to salvage/', setAside(id, file));
  const fix = 'move it to salvage/, and write one that tells what the record tells';
  return examined(context, file, name, detail, fix, { kind: 'change', prepare: (aside) => replaced(context, record, file, aside) });
}

async function replaced(context: StoreContext, record: ShownRecord, file: string, aside: string) {
  const { steps = [], ...made } = await madeTranscript(context, record, aside);
  return { ...made, steps: [{ id: record.id, from: file, to: `${aside}/${path.posix.basename(file)}` }, ...steps] };
}

/** A transcript only ever grows: one that is shorter than its record counted lost what came last. */
async function examineLength(context: StoreContext, id: string, record: ShownRecord | undefined): Promise<readonly Examined[]> {
  if (record === undefined) return [];
  const file = `sessions/${id}.jsonl`;
  const { size } = await context.port.lstat(path.join(context.root, file));
  if (size === 0) {
    const fix = 'keep it in salvage/, and write one that tells what the record tells';
    const prepare = (aside: string) => replaced(context, record, file, aside);
    return [examined(context, file, 'cut_transcript', 'it is empty', fix, { kind: 'change', prepare })];
  }
  const bytes = record.transcript?.bytes ?? 0;
  if (size >= bytes) return [];
  const detail = `it has ${String(size)} bytes, and its record counted ${String(bytes)}: what came last is lost`;
  const prepare = async () => ({ updates: [await recounted(context, record)] });
  return [examined(context, file, 'cut_transcript', detail, 'count what is left', { kind: 'change', prepare })];
}

async function examineLines(context: StoreContext, id: string): Promise<readonly Examined[]> {
  const file = `sessions/${id}.jsonl`;
  const full = path.join(context.root, file);
  const scan = await scanTranscript(context.port, full, () => undefined);
  if (scan.newerVersion !== undefined) {
    return [examined(context, file, 'newer_version', `it has version ${String(scan.newerVersion)}: a newer program wrote it`)];
  }
  const found = scan.skipped.map(({ kind, detail }) =>
    examined(context, file, kind === 'newer' ? 'newer_line' : 'damaged_line', `${detail}: it is passed over`),
  );
  if (scan.torn) found.push(examined(context, file, 'torn', `${scan.torn.detail}: it is passed over`));
  if (scan.id !== undefined && scan.id !== id)
    found.push(examined(context, file, 'wrong_id', `its first line says that it is session ${scan.id}`));
  if (scan.setAside > 0)
    found.push(
      examined(
        context,
        file,
        'set_aside',
        `${String(scan.setAside)} ${scan.setAside === 1 ? 'entry' : 'entries'} of a program that had lost the session: skein sessions history ${id.slice(0, 8)} --set-aside`,
      ),
    );
  for (const { start, length } of await longLines(context.port, full)) {
    found.push(examined(context, file, 'long_line', `the line at byte ${String(start)} has ${String(Math.round(length / 1e6))} MB`));
  }
  return found;
}

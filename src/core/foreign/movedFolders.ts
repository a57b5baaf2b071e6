import { sep } from 'node:path';
import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { isInside } from '../../model/folderPath.js';
import { jsonOf } from '../../model/json.js';
import type { SessionRow } from '../../model/row.js';
import type { Source } from '../../sources/source.js';
import type { HomeFile } from '../config/homeFile.js';

export const moveSchema = z.object({ to: z.string().min(1), at: z.string() });
/** By the folder that was: where it is now, and when that was said. */
const movedSchema = z.looseObject({ version: z.literal(1), folders: z.record(z.string(), moveSchema) });
type Moved = z.infer<typeof movedSchema>;
export type Move = z.infer<typeof moveSchema>;

/**
 * `$SKEIN_HOME/moved.json`: folders that were moved, as far as other programs' sessions say the old name. Their stores know nothing
 * of it. It holds for sessions that were begun before it was said: another folder may get the old name later.
 */
export class MovedFolders {
  readonly #file: HomeFile;

  constructor(file: HomeFile) {
    this.#file = file;
  }

  async all(): Promise<ReadonlyMap<string, Move>> {
    return new Map(Object.entries(this.#parse(await this.#file.read()).folders));
  }

  /** Says where a folder is now; `undefined` takes it back. */
  async set(folder: string, move: Move | undefined): Promise<void> {
    await this.#file.change((text) => {
      const moved = this.#parse(text);
      const { [folder]: _before, ...folders } = moved.folders;
      return `${JSON.stringify({ ...moved, folders: move ? { ...folders, [folder]: move } : folders }, undefined, 2)}\n`;
    });
  }

  /** The source as it is, its rows in the folders where these are now. */
  relink(source: Source): Source {
    const list: Source['list'] = async (signal) => {
      const [found, moved] = await Promise.all([source.list(signal), this.all()]);
      return moved.size === 0 ? found : { ...found, rows: found.rows.map((row) => relinked(row, moved)) };
    };
    return { ...source, list };
  }

  #parse(text: string | undefined): Moved {
    if (text === undefined) return { version: 1, folders: {} };
    const parsed = movedSchema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new SessionError('damaged', `${this.#file.path} does not parse`, {
      hint: 'mend it or remove it: sessions then show where they were',
    });
  }
}

/** A folder below another that was moved, where it is now. */
export function movedTo(workdir: string, from: string, to: string): string {
  const rest = workdir.slice(from.length).replace(/^[/\\]+/, '');
  return rest === '' ? to : `${to.replace(/[/\\]+$/, '')}${sep}${rest}`;
}

function relinked(row: SessionRow, moved: ReadonlyMap<string, Move>): SessionRow {
  let nearest: [from: string, move: Move] | undefined;
  for (const [from, move] of moved) {
    if (
      isInside(row.workdir, from) &&
      Date.parse(row.created_at) < Date.parse(move.at) &&
      (nearest === undefined || from.length > nearest[0].length)
    )
      nearest = [from, move];
  }
  return nearest ? { ...row, workdir: movedTo(row.workdir, nearest[0], nearest[1].to) } : row;
}

import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import type { SessionSettings } from '../../model/record.js';
import { isLooser, permissionModes, type PermissionMode } from '../../model/permissionMode.js';
import type { SessionRow } from '../../model/row.js';
import type { HomeFile } from '../config/homeFile.js';

/** By store folder, then by session. */
const trustSchema = z.looseObject({
  version: z.literal(1),
  sessions: z.record(z.string(), z.record(z.string(), z.looseObject({ permission_mode: z.enum(permissionModes).optional() }))),
});
type Trust = z.infer<typeof trustSchema>;

/**
 * `$SKEIN_HOME/trust.json`: the permission modes looser than `ask` that this person chose, by store and session. They are kept
 * here and never in a record, because a folder with its records can come from a stranger: a record can only tighten.
 */
export class TrustedModes {
  readonly #file: HomeFile;

  constructor(file: HomeFile) {
    this.#file = file;
  }

  /** The mode a session runs in by its own settings; `undefined` where nobody chose one. */
  async modeOf(root: string, id: string, settings: SessionSettings): Promise<PermissionMode | undefined> {
    return effective((await this.#load()).sessions[root]?.[id]?.permission_mode, settings);
  }

  /** Rows with the mode that really holds in their settings: a looser one that only the record claims is not shown. */
  async show(root: string, rows: readonly SessionRow[]): Promise<readonly SessionRow[]> {
    const known = (await this.#load()).sessions[root] ?? {};
    return rows.map((row) => {
      const mode = effective(known[row.id]?.permission_mode, row.settings);
      if (mode === row.settings.permission_mode) return row;
      const { permission_mode: _claimed, ...settings } = row.settings;
      return { ...row, settings: mode === undefined ? settings : { ...settings, permission_mode: mode } };
    });
  }

  /** Keeps a loosened mode here and returns the settings that go into the record, where it must then not stand. */
  async keep(root: string, id: string, settings: SessionSettings): Promise<SessionSettings> {
    const { permission_mode: mode, ...rest } = settings;
    if (!('permission_mode' in settings)) return settings;
    const loose = mode !== undefined && isLooser(mode);
    if (loose) await this.#set(root, id, mode);
    else if ((await this.#load()).sessions[root]?.[id]) await this.#set(root, id, undefined);
    return loose ? { ...rest, permission_mode: undefined } : settings;
  }

  async #set(root: string, id: string, mode: PermissionMode | undefined): Promise<void> {
    await this.#file.change((text) => {
      const trust = this.#parse(text);
      const { [id]: _old, ...others } = trust.sessions[root] ?? {};
      const sessions = mode === undefined ? others : { ...others, [id]: { permission_mode: mode } };
      return `${JSON.stringify({ ...trust, sessions: { ...trust.sessions, [root]: sessions } }, undefined, 2)}\n`;
    });
  }

  async #load(): Promise<Trust> {
    return this.#parse(await this.#file.read());
  }

  #parse(text: string | undefined): Trust {
    if (text === undefined) return { version: 1, sessions: {} };
    const parsed = trustSchema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new SessionError('damaged', `${this.#file.path} does not parse`, { hint: 'mend it or remove it: sessions then ask again' });
  }
}

/** A tight mode in the record wins over a loosened one here; a loose one in the record counts for nothing. */
function effective(trusted: PermissionMode | undefined, { permission_mode: recorded }: SessionSettings): PermissionMode | undefined {
  return recorded !== undefined && !isLooser(recorded) ? recorded : trusted;
}

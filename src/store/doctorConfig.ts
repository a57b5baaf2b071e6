import * as path from 'node:path';
import { parseDocument } from 'yaml';
import { messageOf } from '../model/errors.js';
import { isLooser, permissionModes } from '../model/permissionMode.js';
import { examined, type Examined } from './examined.js';
import { isSystemError } from './fileError.js';
import type { StoreContext } from './storeContext.js';

// In a file of its own: most stores have no settings to read, and programs start faster without the parser.

/** What starts programs, says where they connect or where sessions are kept, or lets more through. Of a `budget` the tighter holds. */
const foreign = /^(command|args|env|endpoint|base_url|allow(ed)?(_.*)?|.+budget.*|budget.+|store)$/;

/** The store's own `config.yaml`, which can come from a stranger with the folder: it can only tighten. */
export async function examineConfig(context: StoreContext): Promise<readonly Examined[]> {
  let text: string;
  try {
    text = Buffer.from(await context.port.readFile(path.join(context.root, 'config.yaml'))).toString('utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP', 'EISDIR', 'EACCES')) return [];
    throw error;
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const [words = ''] = error.message.split('\n', 1);
    return [examined(context, 'config.yaml', 'damaged_config', `it is not YAML, so nothing of it is followed: ${words}`)];
  }
  let settings: unknown;
  try {
    settings = document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    return [examined(context, 'config.yaml', 'damaged_config', `nothing of it is followed: ${messageOf(cause)}`)];
  }
  return loosening(settings).map((key) =>
    examined(
      context,
      'config.yaml',
      'loose_settings',
      `it sets "${key}", which may start programs or loosen what is asked: a folder’s own settings can only tighten, so it is not followed`,
    ),
  );
}

/** The dotted names of what is not followed. */
function loosening(settings: unknown, above: readonly string[] = []): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const name = [...above, key];
    const mode = key === 'permission_mode' ? permissionModes.find((each) => each === value) : undefined;
    if (foreign.test(key) || (mode !== undefined && isLooser(mode))) return [name.join('.')];
    return loosening(value, name);
  });
}

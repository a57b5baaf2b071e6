import * as path from 'node:path';
import type { Finding } from '../model/report.js';
import { isSystemError } from './fileError.js';
import type { FolderEntry } from './filePort.js';
import type { FieldsChange } from './journal.js';
import type { Step } from './step.js';
import type { StoreContext } from './storeContext.js';

/** What mending one thing takes: files that move, and then fields of records that change. */
export interface Change {
  readonly steps?: readonly Step[];
  readonly updates?: readonly FieldsChange[];
}

/** What `doctor --fix` does about a finding. */
export type Repair =
  /** Part of the one change that undo takes back; `aside` is a folder of `salvage/` to keep things in, and to make new files ready in. */
  | { readonly kind: 'change'; readonly prepare: (aside: string) => Promise<Change> }
  /** What any program would do when it next met it. */
  | { readonly kind: 'act'; readonly run: () => Promise<void> };

/** A finding with its repair, when there is one. */
export interface Examined {
  readonly finding: Finding;
  readonly repair?: Repair;
}

/** One thing found, at a path inside the store. */
export function examined(context: StoreContext, file: string, kind: string, detail: string, fix?: string, repair?: Repair): Examined {
  const finding = { path: path.join(context.root, file), kind, detail, ...(fix !== undefined && { fix }) };
  return repair === undefined ? { finding } : { finding, repair };
}

/** Moves what is in the way into `salvage/`, under the lock of the session `id` (empty: of none). `files` are inside the store. */
export function setAside(id: string, ...files: readonly string[]): Repair {
  const steps = (aside: string): Step[] => files.map((file) => ({ id, from: file, to: `${aside}/${path.posix.basename(file)}` }));
  return { kind: 'change', prepare: (aside) => Promise.resolve({ steps: steps(aside) }) };
}

/** What a look finds; nothing where it was at something that went meanwhile: others work in the store. */
export async function unlessGone(look: Promise<readonly Examined[]>): Promise<readonly Examined[]> {
  try {
    return await look;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** What is in a folder of the store; nothing where there is none. */
export async function namesIn({ port, root }: StoreContext, folder: string): Promise<readonly FolderEntry[]> {
  try {
    return await port.readdir(path.join(root, folder));
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

import * as path from 'node:path';
import type { Finding } from '../model/report.js';
import type { Step } from './step.js';
import type { StoreContext } from './storeContext.js';

/** What `doctor --fix` does about a finding. */
export type Repair =
  /** Moves that one undo takes back; `aside` is a folder of `salvage/` to keep things in, and to make new files ready in. */
  | { readonly kind: 'move'; readonly prepare: (aside: string) => Promise<readonly Step[]> }
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

/** Moves what is in the way into `salvage/`, under the lock of the session `id` (empty: of none). `file` is inside the store. */
export function setAside(id: string, file: string): Repair {
  return { kind: 'move', prepare: (aside) => Promise.resolve([{ id, from: file, to: `${aside}/${path.posix.basename(file)}` }]) };
}

import * as path from 'node:path';
import * as vscode from 'vscode';
import type { FileDiff } from '../model/entry.js';
import { l10n } from './l10n.js';

const scheme = 'skein-diff';
/** Sides of diffs that stay readable; the oldest go first. */
const kept = 100;

/** Shows what a tool changed as VS Code's own diff of two read-only documents. */
export class DiffDocuments implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => this.#texts.get(uri.query) ?? l10n.t('This diff was closed. Open it again from the session.'),
  });
  #count = 0;

  async open(diff: FileDiff): Promise<void> {
    const name = path.basename(diff.path);
    const before = this.#document(diff.path, diff.old_text ?? '');
    const after = this.#document(diff.path, diff.new_text);
    await vscode.commands.executeCommand('vscode.diff', before, after, l10n.t('{0} (before ↔ after)', name), { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
  }

  #document(file: string, text: string): vscode.Uri {
    this.#count += 1;
    const key = String(this.#count);
    this.#texts.set(key, text);
    for (const old of this.#texts.keys()) {
      if (this.#texts.size <= kept) break;
      this.#texts.delete(old);
    }
    // The path gives the language; the number tells the sides apart.
    return vscode.Uri.from({ scheme, path: `/${path.basename(file)}`, query: key });
  }
}

import * as vscode from 'vscode';
import type { Params } from '../protocol/requests.js';
import { sessionIdPattern } from '../model/sessionId.js';
import { tagsIn } from '../model/tags.js';
import { showFailure } from './failure.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { chooseFolder, folderAt } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import { isOwn, rowLabel } from './rowText.js';
import type { Target } from './sessionPick.js';
import { byFolder } from './targets.js';

type Names = 'rename' | 'tag' | 'untag' | 'pin' | 'unpin' | 'archive' | 'unarchive' | 'delete' | 'undo';
type Patch = Omit<Params<'sessions/patch'>, 'folder' | 'ids'>;

/** Changing sessions. Nothing asks first: everything can be undone. */
export function changeCommands({ client, targets, panels, log }: CommandParts): Pick<CommandHandlers, Names> {
  /** Where the last change was: that is what `undo` without a target means. */
  let lastFolder: string | undefined;
  const patch = async (chosen: readonly Target[], change: Patch): Promise<void> => {
    for (const { folder, ids } of byFolder(chosen)) {
      await client.request('sessions/patch', { folder, ids, ...change });
      lastFolder = folder;
    }
  };
  const undo = async (folder: string): Promise<void> => {
    const { what } = await client.request('sessions/undo', { folder });
    vscode.window.setStatusBarMessage(what === null ? l10n.t('Nothing to undo') : l10n.t('Undone: {0}', what), 5000);
  };
  const remove = async (chosen: readonly Target[]): Promise<void> => {
    for (const { folder, ids } of byFolder(chosen)) {
      await client.request('sessions/delete', { folder, ids });
      lastFolder = folder;
    }
  };
  const offerBack = async (chosen: readonly Target[]): Promise<void> => {
    const [first] = chosen;
    const words =
      chosen.length === 1 && first ? l10n.t('Deleted “{0}”.', rowLabel(first.row)) : l10n.t('{0} sessions deleted.', chosen.length);
    const undoButton = l10n.t('Undo');
    if ((await vscode.window.showInformationMessage(words, undoButton)) !== undoButton) return;
    for (const { folder, ids } of byFolder(chosen)) {
      // By id, as other changes may have come since; another program's session comes back by its journal entry alone.
      if (ids.every((id) => sessionIdPattern.test(id))) await client.request('sessions/restore', { folder, ids });
      else await undo(folder);
    }
  };
  return {
    rename: async (...args) => {
      const target = await targets.one(args, l10n.t('Rename session'));
      const options = { title: l10n.t('Rename session'), prompt: l10n.t('New name'), ...nextStep };
      const title = target && (await vscode.window.showInputBox({ ...options, value: rowLabel(target.row) }));
      if (target && title !== undefined && title.trim() !== '') await patch([target], { title: title.trim() });
    },
    tag: async (...args) => {
      const chosen = await targets.many(args, l10n.t('Tag sessions'));
      if (chosen.length === 0) return;
      const prompt = l10n.t('Tags to add, with spaces or commas between them');
      const options = { title: l10n.t('Tag'), prompt, placeHolder: 'bugfix, auth', ...nextStep };
      const tags = tagsIn((await vscode.window.showInputBox(options)) ?? '');
      if (tags.length > 0) await patch(chosen, { addTags: tags });
    },
    untag: async (...args) => {
      const chosen = await targets.many(args, l10n.t('Remove tags'), (row) => row.tags.length > 0);
      const known = [...new Set(chosen.flatMap(({ row }) => row.tags))].sort();
      if (known.length === 0) return;
      const options = { title: l10n.t('Remove tags'), placeHolder: l10n.t('Which tags?'), canPickMany: true, ...nextStep } as const;
      const tags = known.length === 1 ? known : await vscode.window.showQuickPick(known, options);
      if (tags && tags.length > 0) await patch(chosen, { removeTags: [...tags] });
    },
    // Other programs' sessions have no place for these.
    pin: async (...args) => patch(await targets.many(args, l10n.t('Pin sessions'), (row) => isOwn(row) && !row.pinned), { pinned: true }),
    unpin: async (...args) =>
      patch(await targets.many(args, l10n.t('Unpin sessions'), (row) => isOwn(row) && row.pinned), { pinned: false }),
    archive: async (...args) =>
      patch(await targets.many(args, l10n.t('Archive sessions'), (row) => isOwn(row) && !row.archived), { archived: true }),
    unarchive: async (...args) =>
      patch(await targets.many(args, l10n.t('Unarchive sessions'), (row) => isOwn(row) && row.archived), { archived: false }),
    delete: async (...args) => {
      const chosen = await targets.many(args, l10n.t('Delete sessions'));
      if (chosen.length === 0) return;
      // The command is over when they are gone; the Undo button outlives it.
      await remove(chosen);
      offerBack(chosen).catch((error: unknown) => void showFailure(error, log));
    },
    undo: async () => {
      const known = lastFolder === undefined ? undefined : folderAt(lastFolder);
      const folder = known ?? (await chooseFolder(panels.current()?.subject.folder));
      if (folder) await undo(folder.path);
    },
  };
}

import * as vscode from 'vscode';
import type { EntryOf } from '../model/entry.js';
import { shownText } from '../model/contentText.js';
import { SessionError } from '../model/errors.js';
import { textStart } from '../model/textStart.js';
import { chooseFirstAgent } from './agentPick.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import type { Folder } from './folder.js';
import { chooseFolder } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import { rowLabel } from './rowText.js';
import { openTranscript } from './sessionDocument.js';
import type { Target } from './sessionPick.js';
import { isSessionId } from './sessionUri.js';

type Names =
  'newSession' | 'openSession' | 'openToSide' | 'resume' | 'resumeLast' | 'fork' | 'forkFromMessage' | 'openInTerminal' | 'openTranscript';

/** Starting sessions and going on with them. */
export function startCommands({ client, list, tree, panels, targets }: CommandParts): Pick<CommandHandlers, Names> {
  const fork = async ({ folder, row }: Target, at?: string): Promise<void> => {
    const forked = await client.request('sessions/fork', { folder: folder.path, id: row.id, at });
    await panels.open({ folder, id: forked.id });
    await list.refresh();
    await tree.reveal({ folder: folder.path, id: forked.id });
  };
  return {
    // Welcome content passes an agent's name, a folder of the tree itself.
    newSession: async (given) => {
      const folder = await chooseFolder(folderOfNode(given) ?? panels.current()?.subject.folder);
      const choice = typeof given === 'string' ? { backend: given } : folder && (await chooseFirstAgent(client, list, folder));
      if (folder && choice) await panels.open({ folder, ...choice });
    },
    openSession: async (...args) => {
      const target = await targets.one(args, l10n.t('Open session'));
      if (!target) return;
      const { folder, row } = target;
      // A click in the tree leaves the focus there, for F2 and Delete; one on what is already shown goes to the composer.
      const preserveFocus = linkOf(args[0])?.fromTree === true && !panels.isSeen(folder.path, row.id);
      await panels.open({ folder, id: row.id }, { preserveFocus });
    },
    openToSide: async (...args) => {
      for (const { folder, row } of await targets.many(args, l10n.t('Open to the side')))
        await panels.open({ folder, id: row.id }, { beside: true });
    },
    resume: async (...args) => {
      const target = await targets.one(args, l10n.t('Resume session'));
      if (!target) return;
      const { folder } = target;
      const row = await client.request('sessions/resume', { folder: folder.path, id: target.row.id });
      await panels.open({ folder, id: row.id });
    },
    resumeLast: async () => {
      const folder = await chooseFolder(panels.current()?.subject.folder);
      if (!folder) return;
      const [last] = await client.request('sessions/recent', { folder: folder.path });
      if (!last) throw new SessionError('not_found', l10n.t('There is no session to go on with'), { hint: l10n.t('start a new one') });
      const row = await client.request('sessions/resume', { folder: folder.path, id: last.id });
      await panels.open({ folder, id: row.id });
    },
    fork: async (...args) => {
      for (const target of await targets.many(args, l10n.t('Fork sessions'))) await fork(target);
    },
    forkFromMessage: async (...args) => {
      const target = await targets.one(args, l10n.t('Fork from a message'));
      if (!target) return;
      const entries = await client.request('sessions/history', { folder: target.folder.path, id: target.row.id });
      const items = entries.filter((entry) => entry.type === 'message').map((entry, index) => messageItem(entry, index));
      const placeHolder = l10n.t('The fork holds everything up to and including this message');
      const picked = await vscode.window.showQuickPick(items.reverse(), {
        title: l10n.t('Fork “{0}”', rowLabel(target.row)),
        placeHolder,
        matchOnDetail: true,
        ...nextStep,
      });
      if (picked) await fork(target, picked.entry);
    },
    openInTerminal: async (...args) => {
      for (const { folder, row } of await targets.many(args, l10n.t('Open in terminal'))) {
        // The id becomes part of a command line: only one that no shell can read otherwise.
        if (!isSessionId(row.id)) throw new SessionError('unsupported', l10n.t('{0} cannot be typed in a terminal', row.id));
        const terminal = vscode.window.createTerminal({
          name: textStart(rowLabel(row), 40),
          cwd: folder.path,
          iconPath: new vscode.ThemeIcon('comment-discussion'),
        });
        terminal.show();
        terminal.sendText(`skein resume ${row.id}`);
      }
    },
    openTranscript: async (...args) => {
      for (const { folder, row } of await targets.many(args, l10n.t('Open transcript')))
        await openTranscript({ folder: folder.path, id: row.id }, row);
    },
  };
}

function messageItem(entry: EntryOf<'message'>, index: number): vscode.QuickPickItem & { readonly entry: string } {
  const { role, content } = entry.message;
  const text = shownText(content).replace(/\s+/g, ' ').trim();
  return {
    label: `$(${role === 'user' ? 'account' : 'hubot'}) ${index + 1}`,
    description: textStart(text, 200),
    detail: entry.timestamp,
    entry: entry.id,
  };
}

function folderOfNode(node: unknown): Folder | undefined {
  if (typeof node !== 'object' || node === null || Reflect.get(node, 'kind') !== 'folder') return undefined;
  return (node as { readonly folder: Folder }).folder;
}

/** What the tree's own items pass: `{ folder, id, fromTree }`. */
function linkOf(value: unknown): { readonly fromTree?: unknown } | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

import * as vscode from 'vscode';
import type { ContentBlock, Entry } from '../model/entry.js';
import { SessionError } from '../model/errors.js';
import { sessionIdPattern } from '../model/sessionId.js';
import type { Attachment, ToHost } from '../protocol/messages.js';
import { attachmentOf, attachmentOfFile, blockOf } from './attachment.js';
import type { ChatPanel } from './chatPanel.js';
import type { ChatPanels } from './chatPanels.js';
import { commandId } from './commandTable.js';
import { defaultBackend } from './defaultBackend.js';
import type { DiffDocuments } from './diffDocument.js';
import { resolveFileLink } from './fileLink.js';
import { l10n } from './l10n.js';
import type { SessionClient } from './sessionClient.js';
import type { SessionList } from './sessionList.js';
import { pickSession } from './sessionPick.js';

type MessageOf<K extends ToHost['kind']> = Extract<ToHost, { kind: K }>;
type Action<M> = (panel: ChatPanel, message: M, session: string | undefined) => unknown;
type Actions = { readonly [K in Exclude<ToHost['kind'], 'ready'>]: Action<MessageOf<K>> };

interface Parts {
  readonly client: SessionClient;
  readonly panels: ChatPanels;
  readonly list: SessionList;
  readonly diffs: DiffDocuments;
}

/** What each message of a panel does, one entry a kind. What is thrown is shown in the panel. */
export function actOnPanels({ client, panels, list, diffs }: Parts): void {
  const actions: Actions = {
    send: (panel, message, session) => send(client, panel, message, session),
    unqueue: (panel, message, session) => unqueue(client, panel, message, sessionOf(panel, session)),
    choose: (panel, message, session) => choose(client, panel, message, sessionOf(panel, session)),
    offers: async (panel, { agent, ask }) => {
      const offers = await client.request('agents/offers', { folder: panel.subject.folder.path, agent, ask });
      panel.post({ kind: 'offers', offers });
    },
    commands: async (panel, _, session) => {
      const { folder, id } = sessionOf(panel, session);
      panel.post({ kind: 'commands', id, commands: await client.request('prompt/commands', { folder, id }) });
    },
    complete: async (panel, { seq, text }, session) => {
      const folder = panel.subject.folder.path;
      panel.post({ kind: 'completion', seq, text, completion: await client.request('prompt/complete', { folder, id: session, text }) });
    },
    cancel: (panel, _, session) => client.request('turn/cancel', sessionOf(panel, session)),
    takeOver: async (panel, _, session) => {
      await client.request('lease/take', sessionOf(panel, session));
      await panel.refresh();
      panel.bringUp();
    },
    retry: (panel, _, session) => retry(client, sessionOf(panel, session)),
    respond: (panel, { request, option }, session) => client.request('turn/respond', { ...sessionOf(panel, session), request, option }),
    fork: async (panel, { entry }, session) => {
      const row = await client.request('sessions/fork', { ...sessionOf(panel, session), at: entry });
      await panel.show({ folder: panel.subject.folder, id: row.id });
      panel.bringUp();
    },
    rename: (panel, { title }, session) => {
      const { folder, id } = sessionOf(panel, session);
      if (title.trim() !== '') return client.request('sessions/patch', { folder, ids: [id], title: title.trim() });
      return undefined;
    },
    open: (panel, { id }) => panel.show({ folder: panel.subject.folder, id }),
    switch: async (panel) => {
      const picked = await pickSession(list, { title: l10n.t('Switch session'), folder: panel.subject.folder });
      if (picked) await panel.show({ folder: picked.folder, id: picked.row.id });
      panel.bringUp();
    },
    switchAgent: async (panel, _, session) => {
      await vscode.commands.executeCommand(commandId('switchAgent'), sessionOf(panel, session));
      panel.bringUp();
    },
    new: async (panel) => {
      await panel.show({ folder: panel.subject.folder });
      panel.bringUp();
    },
    copy: (_, { text }) => vscode.env.clipboard.writeText(text),
    insert: (_, { text }) => insert(text),
    openFile: async (panel, { path, line }) => openFile(panel.subject.folder.path, path, line),
    openDiff: (panel, { entry, index }, session) => openDiff(client, diffs, sessionOf(panel, session), entry, index),
    openLink: (_, { url }) => openLink(url),
    pickFile: async (panel) => {
      for (const attachment of await pickFiles(panel.subject.folder.path)) panel.attach(attachment);
      panel.bringUp();
    },
    draft: (panel, { text }, session) => {
      // The empty page's draft lives in the webview's own state: there is no session to keep it yet.
      if (session === undefined) return undefined;
      return client.request('sessions/draft', { ...sessionOf(panel, session), draft: text });
    },
    command: (_, { command }) => vscode.commands.executeCommand(command === 'manageTrust' ? 'workbench.trust.manage' : commandId(command)),
  };
  panels.act = async (panel, message, session) => {
    if (message.kind === 'ready') return;
    // The table ties each kind to its message; TypeScript cannot follow that through a variable kind.
    const action = actions[message.kind] as Action<ToHost>;
    await action(panel, message, session);
  };
}

interface SessionInFolder {
  readonly folder: string;
  readonly id: string;
}

function sessionOf(panel: ChatPanel, id: string | undefined): SessionInFolder {
  if (id === undefined) throw new SessionError('usage', l10n.t('There is no session yet'), { hint: l10n.t('send a prompt to start one') });
  return { folder: panel.subject.folder.path, id };
}

/**
 * Starts a turn, or has the prompt wait for the one that runs; a command of Skein's is run. The first prompt of an empty page
 * makes its session; one to another program's session adopts it first.
 */
async function send(
  client: SessionClient,
  panel: ChatPanel,
  { text, attachments, backend, settings, steer }: MessageOf<'send'>,
  session: string | undefined,
): Promise<void> {
  const { subject } = panel;
  const folder = subject.folder.path;
  // The person may have gone on to another session meanwhile: that one stays on the screen.
  const show = async (made: string): Promise<void> => {
    if (panel.subject === subject && subject.id === session) await panel.show({ folder: subject.folder, id: made });
  };
  let id = session;
  if (id === undefined) {
    const row = await client.request('sessions/create', {
      folder,
      backend: backend ?? subject.backend ?? defaultBackend(subject.folder),
      // A choice in the panel comes after the one that the panel was opened with.
      ...(settings?.model === undefined && { model: subject.model }),
      settings,
    });
    id = row.id;
    await show(id);
  } else if (!panel.streaming) {
    // While its turn runs there is nothing to adopt or to catch up with.
    const row = await client.request('sessions/resume', { folder, id });
    if (row.id !== id) {
      // Another program's session has no place for what was chosen for it; the one that goes on from it has.
      if (settings !== undefined) await client.request('sessions/patch', { folder, ids: [row.id], settings });
      await show(row.id);
    }
    id = row.id;
  }
  if (text.startsWith('/') && (await runCommand(client, panel, { folder, id }, text))) return;
  const content: ContentBlock[] = [{ type: 'text', text }, ...attachments.map(blockOf)];
  await client.request('turn/start', { folder, id, content, ...(steer ? { steer } : { queue: true }) });
}

/** Keeps what was chosen with the session, so that it holds from the next turn on, here and elsewhere. */
async function choose(
  client: SessionClient,
  panel: ChatPanel,
  { kind: _kind, ...change }: MessageOf<'choose'>,
  { folder, id }: SessionInFolder,
): Promise<void> {
  // Another program's session is adopted first: its own has no place for this.
  const own = sessionIdPattern.test(id) ? id : (await client.request('sessions/resume', { folder, id })).id;
  try {
    await client.request('sessions/patch', { folder, ids: [own], ...change });
    panel.post({ kind: 'kept', id });
  } finally {
    if (panel.subject.id === id) {
      // Also where it was refused: the panel shows it already.
      await (own === id ? panel.refresh({ keep: true }) : panel.show({ folder: panel.subject.folder, id: own }));
    }
  }
}

/** Runs a command of Skein's; `false` for a prompt that is the agent's. */
async function runCommand(client: SessionClient, panel: ChatPanel, session: SessionInFolder, text: string): Promise<boolean> {
  const { handled, text: said, id } = await client.request('prompt/run', { ...session, text });
  if (!handled || panel.subject.id !== session.id) return handled;
  await (id === undefined ? panel.refresh({ keep: true }) : panel.show({ folder: panel.subject.folder, id }));
  if (said !== undefined) panel.post({ kind: 'answered', command: text, text: said });
  return true;
}

/** Takes a prompt that waits back. To be edited, its text is in the composer already, and its files follow. */
async function unqueue(
  client: SessionClient,
  panel: ChatPanel,
  { queued, then }: MessageOf<'unqueue'>,
  session: SessionInFolder,
): Promise<void> {
  const { content } = await client.request('turn/unqueue', { ...session, queued });
  if (then === 'send') await client.request('turn/start', { ...session, content, steer: true });
  if (then !== 'edit') return;
  for (const attachment of content.flatMap((block, place) => attachmentOf(block, place) ?? [])) panel.attach(attachment);
}

/** Sends the last prompt once more: in its place where it was not answered, else as a new one. */
async function retry(client: SessionClient, session: SessionInFolder): Promise<void> {
  const entries = await client.request('sessions/history', session);
  const prompt = entries.findLast((entry) => entry.type === 'message' && entry.message.role === 'user');
  if (prompt?.type !== 'message') throw new SessionError('usage', l10n.t('There is no prompt to send again'));
  const last = entries.findLast((entry) => entry.type === 'message');
  const failed = last?.type !== 'message' || ['error', 'cancelled', 'interrupted', undefined].includes(last.stop_reason);
  if (!failed) await client.request('turn/start', { ...session, content: prompt.message.content });
  else await client.request('turn/retry', session);
}

/** Puts text where the cursor of the editor is. */
async function insert(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.find(({ document }) => document.uri.scheme === 'file');
  if (!editor) throw new SessionError('usage', l10n.t('No editor is open'), { hint: l10n.t('open a file to insert into') });
  await editor.edit((edit) => editor.selections.forEach((selection) => edit.replace(selection, text)));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

async function openFile(folder: string, path: string, line: number | undefined): Promise<void> {
  const link = await resolveFileLink(folder, path, line);
  const position = new vscode.Position((link.line ?? 1) - 1, 0);
  const options = link.line === undefined ? {} : { selection: new vscode.Range(position, position) };
  await vscode.window.showTextDocument(vscode.Uri.file(link.path), { viewColumn: vscode.ViewColumn.One, ...options });
}

async function openDiff(
  client: SessionClient,
  diffs: DiffDocuments,
  session: SessionInFolder,
  entryId: string,
  index: number,
): Promise<void> {
  const isIt = (entry: Entry): boolean => entry.id === entryId || (entry.type === 'tool_call' && entry.call.id === entryId);
  const entry = (await client.request('sessions/history', session)).find(isIt);
  const diff = entry?.type === 'tool_call' ? entry.call.diff?.[index] : undefined;
  if (!diff) throw new SessionError('not_found', l10n.t('This change is not in the session any more'));
  await diffs.open(diff);
}

/** Only addresses of the web and mail leave the editor, and VS Code asks before it opens one. */
async function openLink(url: string): Promise<void> {
  const uri = vscode.Uri.parse(url, true);
  if (!['http', 'https', 'mailto'].includes(uri.scheme))
    throw new SessionError('usage', l10n.t('{0} is not opened', url), { hint: l10n.t('only web and mail addresses are') });
  await vscode.env.openExternal(uri);
}

async function pickFiles(folder: string): Promise<readonly Attachment[]> {
  const picked = await vscode.window.showOpenDialog({ canSelectMany: true, defaultUri: vscode.Uri.file(folder), openLabel: l10n.t('Add') });
  return Promise.all((picked ?? []).map((uri) => attachmentOfFile(uri)));
}

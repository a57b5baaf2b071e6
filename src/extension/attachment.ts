import * as vscode from 'vscode';
import type { ContentBlock } from '../model/entry.js';
import { mostPictureBytes, pictureType } from '../model/pictureType.js';
import type { Attachment } from '../protocol/messages.js';
import { l10n } from './l10n.js';

/** A picture with its bytes, which an agent cannot read for itself; any other file by its place: the agent reads it. */
export async function attachmentOfFile(uri: vscode.Uri): Promise<Attachment> {
  const picture = await pictureOf(uri);
  return { ...placeOf(uri), ...(picture && { picture }) };
}

/** The selected lines of an editor with their place, or the whole file where nothing is selected. */
export function attachmentOfSelection({ document, selection }: vscode.TextEditor): Attachment {
  const file = placeOf(document.uri);
  if (selection.isEmpty) return file;
  const [first, last] = [selection.start.line + 1, selection.end.line + 1];
  const lines = first === last ? String(first) : `${first}-${last}`;
  return { uri: `${file.uri}#L${lines.replace('-', '-L')}`, title: `${file.title}:${lines}`, text: document.getText(selection) };
}

export function blockOf({ uri, title, text, picture }: Attachment): ContentBlock {
  if (picture) return { type: 'image', title, ...picture };
  return { type: 'resource', uri, title, ...(text === undefined ? {} : { text }) };
}

/** What `blockOf` was made of; `undefined` for the person's own words. */
export function attachmentOf(block: ContentBlock, place: number): Attachment | undefined {
  if (block.type === 'text') return undefined;
  if (block.type === 'resource') return { uri: block.uri, title: block.title ?? block.uri, text: block.text };
  const { mime_type, data, blob, title } = block;
  return {
    uri: `picture:${String(place)}`,
    title: typeof title === 'string' ? title : l10n.t('Picture'),
    picture: { mime_type, data, blob },
  };
}

const placeOf = (uri: vscode.Uri): Attachment => ({ uri: uri.toString(), title: vscode.workspace.asRelativePath(uri, false) });

async function pictureOf(uri: vscode.Uri): Promise<Attachment['picture']> {
  if (!/\.(png|jpe?g|gif|webp)$/i.test(uri.path)) return undefined;
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > mostPictureBytes) return undefined;
  const bytes = await vscode.workspace.fs.readFile(uri);
  const mime_type = pictureType(bytes);
  return mime_type === undefined ? undefined : { mime_type, data: Buffer.from(bytes).toString('base64') };
}

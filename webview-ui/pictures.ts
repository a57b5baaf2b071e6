import type { Attachment } from '../src/protocol/messages.js';
import { mostPictureBytes, pictureType } from '../src/model/pictureType.js';

/** What was made of files that were pasted or dropped: attachments, and a sentence for each that cannot go along. */
export interface PastedPictures {
  readonly attachments: readonly Attachment[];
  readonly refused: readonly string[];
}

let pasted = 0;

/** Reads the pictures among files. What is no picture is refused by its name: a file of the folder is named with `@`. */
export async function readPictures(files: readonly File[]): Promise<PastedPictures> {
  const attachments: Attachment[] = [];
  const refused: string[] = [];
  for (const file of files) {
    const name = file.name || 'Picture';
    if (file.size > mostPictureBytes) {
      refused.push(`${name} is larger than ${String(mostPictureBytes / 1024 / 1024)} MB`);
      continue;
    }
    const bytes = await bytesOf(file);
    if (!bytes) {
      refused.push(`${name} cannot be read`);
      continue;
    }
    const mime_type = pictureType(bytes);
    if (mime_type === undefined) refused.push(`${name} is no picture that agents take (PNG, JPEG, GIF or WebP)`);
    else attachments.push({ uri: `pasted:${String(++pasted)}`, title: name, picture: { mime_type, data: base64Of(bytes) } });
  }
  return { attachments, refused };
}

/** None of a folder, and of a file that is gone. */
async function bytesOf(file: File): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** In pieces: a call takes no million arguments. */
function base64Of(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(''));
}

/** Bytes of a picture that agents take; their providers refuse longer ones. */
export const mostPictureBytes = 5 * 1024 * 1024;

const text = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

/** The MIME type of a picture that models take, told by its first bytes; `undefined` for everything else. */
export function pictureType(bytes: Uint8Array): string | undefined {
  if (text(bytes, 0, 8) === '\u0089PNG\r\n\u001a\n') return 'image/png';
  if (text(bytes, 0, 3) === '\u00ff\u00d8\u00ff') return 'image/jpeg';
  if (/^GIF8[79]a$/.test(text(bytes, 0, 6))) return 'image/gif';
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

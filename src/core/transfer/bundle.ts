import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import * as z from 'zod';
import { messageOf, SessionError } from '../../model/errors.js';
import { sessionIdSchema } from '../../model/record.js';

/** The files of one session, by name. */
export interface BundledSession {
  readonly id: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const manifestName = 'manifest.json';
/** Bytes of one bundle, unpacked: more is taken for an attack. */
const mostBytes = 1 << 30;
const mostFiles = 100_000;

const fileSchema = z.object({ name: z.string(), bytes: z.number().int().nonnegative(), sha256: z.string() });
const manifestSchema = z.looseObject({
  format: z.literal('skein-bundle'),
  version: z.number().int(),
  sessions: z.array(z.object({ id: sessionIdSchema, files: z.array(fileSchema) })),
});

/** A zip file with a manifest and each session's files, byte for byte. The same sessions make the same bytes. */
export function packBundle(sessions: readonly BundledSession[]): Uint8Array {
  const manifest = {
    format: 'skein-bundle',
    version: 1,
    sessions: sessions.map(({ id, files }) => ({
      id,
      files: [...files].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) })),
    })),
  };
  const packed = sessions.flatMap(({ id, files }) => [...files].map(([name, bytes]) => [`${id}/${name}`, bytes] as const));
  const all = { [manifestName]: Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`), ...Object.fromEntries(packed) };
  return zipSync(all, { mtime: new Date(1980, 0, 1) });
}

export const isBundle = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * The sessions of a bundle, each file with the length and hash that the manifest says. `damaged` for anything else: a name
 * that leads out of its folder, a file too many, too few or too large.
 */
export function unpackBundle(bytes: Uint8Array): readonly BundledSession[] {
  const files = unzip(bytes);
  const manifest = manifestOf(files[manifestName]);
  const listed = new Set([manifestName]);
  const sessions = manifest.sessions.map(({ id, files: wanted }) => ({
    id,
    files: new Map(
      wanted.map(({ name, ...expected }) => {
        if (!isSafeName(name)) throw damaged(`"${name}" is no name for a file`);
        const path = `${id}/${name}`;
        if (listed.has(path)) throw damaged(`${path} is listed twice`);
        listed.add(path);
        const content = Object.hasOwn(files, path) ? files[path] : undefined;
        if (content?.length !== expected.bytes || sha256(content) !== expected.sha256) throw damaged(`${path} is not what was exported`);
        return [name, content] as const;
      }),
    ),
  }));
  const stray = Object.keys(files).find((name) => !listed.has(name));
  if (stray !== undefined) throw damaged(`"${stray}" does not belong to it`);
  return sessions;
}

function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  let count = 0;
  try {
    // The sizes are looked at before anything is unpacked.
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        total += originalSize;
        count += 1;
        if (total > mostBytes || count > mostFiles) throw damaged('it is too large');
        return true;
      },
    });
  } catch (error) {
    if (error instanceof SessionError) throw error;
    throw damaged(messageOf(error));
  }
}

function manifestOf(bytes: Uint8Array | undefined): z.infer<typeof manifestSchema> {
  if (!bytes) throw damaged(`it has no ${manifestName}`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw damaged(`its ${manifestName} does not parse`, cause);
  }
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success) throw damaged(`its ${manifestName} is not a manifest`, manifest.error);
  if (manifest.data.version !== 1)
    throw new SessionError('newer_version', 'this bundle was written by a newer Skein', { hint: 'update Skein' });
  return manifest.data;
}

/** Relative, and nothing in it that leads elsewhere on any system. */
function isSafeName(name: string): boolean {
  return name.split('/').every((part) => /^[\w][\w.-]*$/.test(part) && !part.endsWith('.'));
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const damaged = (detail: string, cause?: unknown): SessionError =>
  new SessionError('damaged', `this bundle cannot be imported: ${detail}`, { cause });

import * as fs from 'node:fs';
import * as module from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import { crc32 } from 'node:zlib';

const crcLength = 4;
/** Code of a build that is gone is never asked for again. After this long it goes; what is still in use is made anew. */
const keptMs = 30 * 24 * 3_600_000;

/** What a script exports, and what to call when it has run: that keeps the compiled code for the next process. */
export interface Loaded {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly keep: () => void;
}

/**
 * Loads a CommonJS script with the compiled code that an earlier process kept. Node's own compile cache holds what is
 * compiled when a script is read, and not the functions that it calls later: those are most of what a list runs, and
 * compiling them takes a tenth of its time. The code is kept in the folder of Node's cache, which is there for each version
 * of Node and each user, under `name` and the state of the script; it is only read when nobody else can have written it.
 * Where Node has no cache (before 22.8, or turned off) the script is loaded as any other.
 */
export function loadWithCodeCache(file: string, name: string): Loaded {
  const require = module.createRequire(file);
  const folder = cacheFolder();
  if (folder === undefined) return { exports: require(file) as Loaded['exports'], keep: () => undefined };
  const { size, mtimeMs } = fs.statSync(file);
  const cache = path.join(folder, `skein-${name}-${String(size)}-${String(mtimeMs)}`);
  const cachedData = readOwn(cache);
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, 'latin1')}\n})`, {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData && { cachedData }),
  });
  const loaded = { exports: {} };
  const run = script.runInThisContext() as (...parts: readonly unknown[]) => void;
  run(loaded.exports, require, loaded, file, path.dirname(file));
  const isKept = cachedData !== undefined && script.cachedDataRejected !== true;
  return { exports: loaded.exports, keep: () => (isKept ? undefined : writeOwn(cache, script.createCachedData())) };
}

function cacheFolder(): string | undefined {
  // Both are absent before Node 22.8.
  const { enableCompileCache, getCompileCacheDir } = module as Partial<Pick<typeof module, 'enableCompileCache' | 'getCompileCacheDir'>>;
  enableCompileCache?.();
  return getCompileCacheDir?.();
}

/**
 * Code from a stranger must not run: the file and its folder are this user's, and no one else may write to them. Nor may
 * damaged code, which V8 does not look for: four bytes of CRC-32 come last.
 */
function readOwn(file: string): Buffer | undefined {
  try {
    if (!isOwn(path.dirname(file)) || !isOwn(file)) return undefined;
    const bytes = fs.readFileSync(file);
    const code = bytes.subarray(0, -crcLength);
    return code.length > 0 && crc32(code) === bytes.readUInt32LE(code.length) ? code : undefined;
  } catch {
    // The first run, or a cache that is swept: compiled anew.
    return undefined;
  }
}

function isOwn(file: string): boolean {
  const { uid, mode } = fs.lstatSync(file);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function writeOwn(file: string, code: Uint8Array): void {
  const beside = `${file}.${String(process.pid)}`;
  const crc = Buffer.alloc(crcLength);
  crc.writeUInt32LE(crc32(code));
  try {
    fs.writeFileSync(beside, Buffer.concat([code, crc]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(beside, file);
    sweep(path.dirname(file));
  } catch {
    // Nothing depends on it: the next process compiles again.
  }
}

function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (name.startsWith('skein-') && fs.statSync(file).mtimeMs < Date.now() - keptMs) fs.unlinkSync(file);
  }
}

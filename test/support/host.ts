import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startCodeServer, type CodeServer, type CodeServerOptions } from './codeServer.js';
import { HostProbe, type VsCode } from './hostProbe.js';
import { makeSampleWorkspace } from './sampleWorkspace.js';
import { makeScratchFolder } from './scratchFolder.js';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './workbench.js';

/** The package that `npm run package` makes, or the one that SKEIN_VSIX names. */
export const vsixFile = path.resolve(process.env.SKEIN_VSIX ?? fileURLToPath(new URL('../../dist/skein.vsix', import.meta.url)));

/** Where a failed test leaves a picture of its window. */
const failureFolder = fileURLToPath(new URL('../../dist/host-failures/', import.meta.url));

export type HostOptions = Partial<Pick<CodeServerOptions, 'settings' | 'machineSettings' | 'env' | 'links' | 'workspaceTrust' | 'log'>> &
  Pick<WorkbenchOptions, 'viewport' | 'timeout'> & {
    /** Changes the sample before VS Code starts: adds sessions, folders, other programs' stores. */
    readonly prepare?: (sample: { readonly workspace: string; readonly home: string }) => Promise<void>;
    /** Packages to install; default: ours. */
    readonly vsix?: readonly string[];
  };

/** VS Code with our package on a sample workspace: a server, a window, and a way into its extension host. */
export interface Host {
  readonly server: CodeServer;
  readonly window: Workbench;
  /** The sample project's folder, a git repository; the window shows it. */
  readonly workspace: string;
  /** HOME of VS Code, with other programs' session stores. */
  readonly home: string;
  /** Runs a function in the extension host; see `HostProbe.evaluate`. */
  evaluate<Argument, Result>(action: (api: VsCode, argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>>;
  /** Opens a further window on the same server, in a browser of its own; until it is closed `evaluate` runs there. The caller closes it. */
  openWindow(options?: WorkbenchOptions): Promise<Workbench>;
  /** Stops everything and removes the sample. */
  close(): Promise<void>;
}

/** Starts VS Code as above. For tests, `hostForFile` is the way. */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  const vsix = options.vsix ?? [vsixFile];
  const absent = vsix.find((file) => !existsSync(file));
  if (absent !== undefined) throw new Error(`${absent} is missing: npm run build && npm run package`);
  const scratch = makeScratchFolder('host');
  const undo: (() => unknown)[] = [scratch.remove];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const sample = await makeSampleWorkspace(scratch.folder);
    await options.prepare?.(sample);
    const probe = await HostProbe.listen(path.join(scratch.folder, 'probe.sock'));
    undo.push(() => {
      probe.close();
    });
    const server = await startCodeServer({
      ...options,
      ...sample,
      vsix,
      root: scratch.folder,
      links: [HostProbe.extension, ...(options.links ?? [])],
      env: { ...options.env, SKEIN_PROBE_SOCKET: probe.socketFile },
    });
    undo.push(() => server.stop());
    const openWindow = (more: WorkbenchOptions = {}): Promise<Workbench> =>
      openWorkbench(server, { ...viewOf(options), ...more, hostsArrived: () => probe.arrived });
    const window = await openWindow();
    undo.push(() => window.close());
    return { ...sample, server, window, openWindow, close, evaluate: (action, argument) => probe.evaluate(action, argument) };
  } catch (error) {
    await close();
    throw error;
  }
}

function viewOf({ viewport, timeout }: HostOptions): WorkbenchOptions {
  return { ...(viewport && { viewport }), ...(timeout !== undefined && { timeout }) };
}

/**
 * One VS Code for all the tests of a file, started before the first and stopped after the last. Gives a function, to be
 * called inside tests. A test that fails leaves a picture of the window in `dist/host-failures/`.
 *
 *     const host = hostForFile();
 *     test('…', async () => { await host().window.openContainer('Skein'); });
 */
export function hostForFile(options: HostOptions = {}): () => Host {
  let host: Host | undefined;
  before(
    async () => {
      host = await openHost(options);
    },
    { timeout: 600_000 }, // the first time, code-server is installed
  );
  afterEach(async (context) => {
    if (!host || !('passed' in context) || context.passed) return;
    await fs.mkdir(failureFolder, { recursive: true });
    const file = path.join(failureFolder, `${context.fullName.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 100)}.png`);
    await host.window.page.screenshot({ path: file }).catch(() => undefined);
  });
  after(async () => {
    await host?.close();
  });
  return () => {
    if (!host) throw new Error('VS Code runs inside tests only');
    return host;
  };
}

/**
 * `npm start`: a real VS Code with the package installed, on a sample project that has sessions. `code` when it is on the
 * PATH, else code-server in a browser. Nothing of the person's own is touched; Ctrl+C ends and removes all of it.
 *
 *   --no-open   do not open a browser        --port N   code-server's port        --server   code-server even with `code`
 *   --check     start code-server, see that the workbench answers, stop
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCodeServer } from './codeServer.js';
import { installCodeServer } from './codeServerInstall.js';
import { findDesktopEditor, openDesktopEditor } from './desktopEditor.js';
import { endRequested } from './exitSignals.js';
import { MissingTool } from './missingTool.js';
import { makeSampleWorkspace, type SampleWorkspace } from './sampleWorkspace.js';
import { makeScratchFolder } from './scratchFolder.js';

const vsix = process.env.SKEIN_VSIX ?? fileURLToPath(new URL('../../dist/skein.vsix', import.meta.url));
const opener = fileURLToPath(new URL('opener', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Options {
  readonly open: boolean;
  readonly server: boolean;
  readonly check: boolean;
  readonly port?: number;
}

function readOptions(): Options {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    allowNegative: true,
    options: { open: { type: 'boolean', default: true }, port: { type: 'string' }, server: flag, check: flag },
  });
  const { port, ...flags } = values;
  return port === undefined ? flags : { ...flags, port: portNumber(port) };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new MissingTool(`--port: ${text} is not a port`);
  return port;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!existsSync(vsix)) throw new MissingTool(`${vsix} is missing: npm run build && npm run package`);
  const scratch = makeScratchFolder('start');
  try {
    const sample = await makeSampleWorkspace(scratch.folder);
    const desktop = options.check || options.server || options.port !== undefined ? undefined : findDesktopEditor();
    if (desktop !== undefined && (await runDesktop(desktop, scratch.folder, sample))) return;
    await runServer(scratch.folder, sample, options);
  } finally {
    scratch.remove();
  }
}

/** False when this `code` cannot take the package. */
async function runDesktop(program: string, root: string, sample: SampleWorkspace): Promise<boolean> {
  const stopped = endRequested();
  try {
    const editor = await openDesktopEditor(program, root, sample, vsix);
    say(`Skein runs in ${program} on ${sample.workspace}. Click Skein in the activity bar. Close the window or press Ctrl+C to end it.`);
    await Promise.race([editor.closed, stopped]);
    await editor.stop();
    return true;
  } catch (error) {
    say(`${program} did not start (${firstLine(error)}); using code-server`);
    return false;
  }
}

async function runServer(root: string, sample: SampleWorkspace, { open, check, port }: Options): Promise<void> {
  await installCodeServer(say);
  const stopped = endRequested();
  const server = await startCodeServer({ ...sample, root, vsix: [vsix], links: [opener], ...(port !== undefined && { port }) });
  try {
    const address = `${server.url}/?${new URLSearchParams({ folder: sample.workspace }).toString()}`;
    if (check) await checkAnswers(address);
    say(`Skein runs at ${address}`);
    if (check) return;
    say('Ctrl+C ends it.');
    if (open) openBrowser(address);
    await stopped;
  } finally {
    await server.stop();
  }
}

async function checkAnswers(address: string): Promise<void> {
  const response = await fetch(address);
  const page = await response.text();
  if (!response.ok || !page.includes('vscode-workbench-web-configuration')) {
    throw new Error(`${address} answers ${response.status} and no workbench`);
  }
}

/** Where there is a screen and a program for it; the address is printed in any case. */
function openBrowser(address: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return;
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(program, [address], { stdio: 'ignore', detached: true })
    .once('error', () => undefined)
    .unref();
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

function isUsage(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof MissingTool) && !isUsage(error)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}

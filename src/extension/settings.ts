import * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import { configChanges, configEntries } from './configEntries.js';
import { showFailure } from './failure.js';
import { failureText } from './failureText.js';
import { windowFolders } from './folders.js';
import type { SessionClient } from './sessionClient.js';

/**
 * Where sessions are kept and how agents are started must be the same for the window and for the command line, so these
 * settings are written through to `config.yaml` in `$SKEIN_HOME`; what the person did not set stays as that file has it.
 */
export function registerSettings(client: SessionClient, log: vscode.LogOutputChannel): vscode.Disposable {
  let written = machineEntries();
  const write = async (changes: ReadonlyMap<string, unknown>): Promise<void> => {
    const folder = windowFolders()[0]?.path;
    if (folder === undefined) return;
    let moved = false;
    for (const [key, value] of changes) {
      const known = await client.request('config/get', { folder, key });
      if (JSON.stringify(known ?? null) === JSON.stringify(value)) continue;
      await client.request('config/set', { folder, key, value });
      moved ||= key.startsWith('store.');
    }
    // The server holds the stores that it opened.
    if (moved) await client.restart();
  };
  const safely = (changes: ReadonlyMap<string, unknown>): void => {
    if (changes.size === 0) return;
    write(changes).catch((error: unknown) => {
      // The next server is given all of them when it runs.
      if (failureText(error).code === 'interrupted') log.debug(`settings wait for the next server: ${messageOf(error)}`);
      else void showFailure(error, log);
    });
  };
  return vscode.Disposable.from(
    client.onState((state) => {
      if (state === 'running') safely(machineEntries());
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('skein.store') && !event.affectsConfiguration('skein.agents')) return;
      const now = machineEntries();
      const changes = configChanges(written, now);
      written = now;
      if (client.state !== 'idle') safely(changes);
    }),
  );
}

function machineEntries(): ReadonlyMap<string, unknown> {
  const settings = vscode.workspace.getConfiguration('skein');
  const own = (key: string): unknown => settings.inspect(key)?.globalValue;
  return configEntries({ location: own('store.location'), path: own('store.path'), agents: own('agents') });
}

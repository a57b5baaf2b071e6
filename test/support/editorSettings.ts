import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Settings of VS Code by their dotted names. */
export type EditorSettings = Readonly<Record<string, unknown>>;

/** User settings that keep a test run calm: no welcome pages, no chat, no network, no questions. */
export const calmSettings: EditorSettings = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.editor.enablePreview': false,
  // Settings, running extensions and the like as plain tabs.
  'workbench.editor.useModal': 'off',
  'workbench.settings.showAISearchToggle': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.autoDetect': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'files.simpleDialog.enable': true,
  'window.confirmBeforeClose': 'never',
  'window.restoreWindows': 'none',
  'window.menuBarVisibility': 'compact',
  'terminal.integrated.enablePersistentSessions': false,
};

/** The four kinds of theme: its name in the settings, and the class that the workbench gets from it. */
export const themes = {
  dark: { setting: 'Default Dark Modern', workbenchClass: 'vs-dark' },
  light: { setting: 'Default Light Modern', workbenchClass: 'vs' },
  'hc-dark': { setting: 'Default High Contrast', workbenchClass: 'hc-black' },
  'hc-light': { setting: 'Default High Contrast Light', workbenchClass: 'hc-light' },
} as const;

export type ThemeKind = keyof typeof themes;

/** Writes the user's settings. Call it before a window opens: the web workbench does not watch this file. */
export async function writeUserSettings(userDataDir: string, settings: EditorSettings): Promise<void> {
  await writeJson(path.join(userDataDir, 'User/settings.json'), settings);
}

/**
 * Writes the settings of the machine that extensions run on. Those of scope `machine` hold only there: from the user's file
 * VS Code takes them until it knows their scope, and then drops them.
 */
export async function writeMachineSettings(userDataDir: string, settings: EditorSettings): Promise<void> {
  await writeJson(path.join(userDataDir, 'Machine/settings.json'), settings);
}

/** Sets settings of a folder; `undefined` takes one back. An open window follows, so this is how to switch themes. */
export async function changeFolderSettings(folder: string, settings: EditorSettings): Promise<void> {
  const file = path.join(folder, '.vscode/settings.json');
  const known = JSON.parse(await fs.readFile(file, 'utf8').catch(() => '{}')) as EditorSettings;
  await writeJson(file, { ...known, ...settings });
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Every command of the manifest, `skein.` left out. A test holds the manifest against it; a handler left out does not compile. */
export const commandNames = [
  // Starting and going on
  'newSession',
  'openSession',
  'openToSide',
  'resume',
  'resumeLast',
  'fork',
  'forkFromMessage',
  'switchAgent',
  'sessionSettings',
  'openInTerminal',
  'openTranscript',
  // Changing
  'rename',
  'tag',
  'untag',
  'pin',
  'unpin',
  'archive',
  'unarchive',
  'delete',
  'undo',
  // Finding
  'search',
  'filter',
  'changeFilter',
  'clearFilter',
  'saveSearch',
  'renameSavedSearch',
  'deleteSavedSearch',
  'groupBy',
  'refresh',
  // Moving in and out
  'export',
  'import',
  'clean',
  'relink',
  'copyId',
  // From the editor
  'addSelection',
  'addFile',
  // The rest
  'showUsage',
  'doctor',
  'rules',
  'installAgent',
  'setKey',
  'openSettings',
  'restartServer',
  'showLog',
] as const;
export type CommandName = (typeof commandNames)[number];

/** What VS Code passes from menus, keys and links is not known: handlers look at it. */
export type CommandHandler = (...args: readonly unknown[]) => unknown;
export type CommandHandlers = Readonly<Record<CommandName, CommandHandler>>;
export const commandId = (name: CommandName): string => `skein.${name}`;

import * as vscode from 'vscode';
import { changeCommands } from './changeCommands.js';
import type { CommandParts } from './commandParts.js';
import { commandId, commandNames, type CommandHandlers } from './commandTable.js';
import { editorCommands } from './editorCommands.js';
import { failureText } from './failureText.js';
import { showFailure } from './failure.js';
import { findCommands } from './findCommands.js';
import { keyCommands } from './keyCommands.js';
import { otherCommands } from './otherCommands.js';
import { relinkCommand } from './relinkCommand.js';
import { rulesCommand } from './rulesCommand.js';
import { savedSearchCommands } from './savedSearchCommands.js';
import { settingsCommand } from './settingsCommand.js';
import { startCommands } from './startCommands.js';
import { switchCommand } from './switchCommand.js';
import { transferCommands } from './transferCommands.js';

/** Registers every command of the table. What a handler throws becomes words here. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const handlers: CommandHandlers = {
    ...startCommands(parts),
    ...switchCommand(parts),
    ...settingsCommand(parts),
    ...changeCommands(parts),
    ...findCommands(parts),
    ...savedSearchCommands(parts),
    ...transferCommands(parts),
    ...relinkCommand(parts),
    ...editorCommands(parts),
    ...keyCommands(parts),
    ...rulesCommand(parts),
    ...otherCommands(parts),
  };
  const registered = commandNames.map((name) =>
    vscode.commands.registerCommand(commandId(name), async (...args: unknown[]) => {
      try {
        await handlers[name](...args);
      } catch (error) {
        // Not awaited: the command is over, the notification stays as long as it likes.
        void showFailure(error, parts.log);
        parts.log.debug(`${name} failed: ${failureText(error).code}`);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

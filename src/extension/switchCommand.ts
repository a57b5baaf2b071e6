import { chooseNextAgent } from './agentPick.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { l10n } from './l10n.js';

/** Handing a session to another agent, or to another model of the same. */
export function switchCommand({ client, list, panels, targets }: CommandParts): Pick<CommandHandlers, 'switchAgent'> {
  return {
    switchAgent: async (...args) => {
      const target = await targets.one(args, l10n.t('Switch agent'));
      if (!target) return;
      const { folder } = target;
      const choice = await chooseNextAgent(client, list, folder, target.row.backend);
      if (!choice) return;
      // Another program's session is adopted first: its own stays as it is.
      const row = await client.request('sessions/resume', { folder: folder.path, id: target.row.id });
      const { backend, model } = choice;
      const change = backend === row.backend ? {} : { backend };
      await client.request('sessions/patch', { folder: folder.path, ids: [row.id], ...change, settings: { model: model ?? null } });
      await panels.open({ folder, id: row.id });
    },
  };
}

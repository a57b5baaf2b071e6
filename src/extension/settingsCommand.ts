import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { l10n } from './l10n.js';

/** The settings of a session, as a form in its panel. */
export function settingsCommand({ client, panels, targets }: CommandParts): Pick<CommandHandlers, 'sessionSettings'> {
  return {
    sessionSettings: async (...args) => {
      const target = await targets.one(args, l10n.t('Session settings'));
      if (!target) return;
      const { folder, row } = target;
      const panel = await panels.open({ folder, id: row.id });
      const { send_policy: policy } = await client.request('sessions/settings', { folder: folder.path, id: row.id });
      panel.post({ kind: 'settings', id: row.id, refuses: policy === 'refuse' });
    },
  };
}

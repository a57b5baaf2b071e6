/** What an agent may do without asking: nothing, edits of files, only looking and planning, everything. */
export const permissionModes = ['ask', 'accept_edits', 'plan', 'auto'] as const;
export type PermissionMode = (typeof permissionModes)[number];

/** Whether a mode lets more through than asking does: such a mode is never taken from a folder's own files. */
export const isLooser = (mode: PermissionMode): boolean => mode === 'accept_edits' || mode === 'auto';

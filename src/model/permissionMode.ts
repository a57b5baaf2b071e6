/** What an agent may do without asking: nothing, edits of files, only looking and planning, everything. */
export const permissionModes = ['ask', 'accept_edits', 'plan', 'auto'] as const;
export type PermissionMode = (typeof permissionModes)[number];

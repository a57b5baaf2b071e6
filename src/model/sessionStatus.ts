export const sessionStatuses = ['created', 'active', 'completed', 'error', 'expired', 'paused'] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

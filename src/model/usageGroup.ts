/** What usage can be summed up by. Days, weeks and months are those of this computer. */
export const usageGroups = ['day', 'week', 'month', 'backend', 'model', 'tag', 'folder'] as const;
export type UsageGroup = (typeof usageGroups)[number];

/** What a session that runs does with a message of another: takes it afterwards, or refuses it. */
export const sendPolicies = ['queue', 'refuse'] as const;
export type SendPolicy = (typeof sendPolicies)[number];

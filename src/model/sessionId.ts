/** A session's id: 32 lower-case hex digits. What else stands where an id belongs is no path of ours. */
export const sessionIdPattern = /^[0-9a-f]{32}$/;

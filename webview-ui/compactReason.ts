const reasons: ReadonlyMap<string, string> = new Map([
  ['manual', 'by you'],
  ['auto', 'by itself'],
  ['overflow', 'by itself, the context was full'],
]);

/** Who compacted; a program that says it in words of its own is quoted. */
export const compactReason = (reason: string): string => reasons.get(reason) ?? reason;

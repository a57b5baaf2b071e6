/** The value of a JSON text; `undefined` when it is none, for a caller that says what is wrong in its own words. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Deeper than anything that means something, and than what recursion goes through: JSON.stringify runs out of stack at some thousands. */
const mostLevels = 1000;

/** Whether a parsed JSON value, which can come from a stranger, is nested so deeply that writing or showing it would fail. */
export function isTooDeep(value: unknown, levels = mostLevels): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1));
}

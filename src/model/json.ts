/** The value of a JSON text; `undefined` when it is none, for a caller that says what is wrong in its own words. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

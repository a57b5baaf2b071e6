/** The beginning of a text, at most so many UTF-16 units of it: half of a character beyond 65,535 is none, and stands in no address. */
export const textStart = (text: string, limit: number): string =>
  text.length <= limit ? text : text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '');

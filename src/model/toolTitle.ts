import { textStart } from './textStart.js';

/** Characters of a tool call's title that are kept: more than a person reads before they allow it. */
const mostTitle = 16 * 1024;

/** A title as far as it is kept, and how much was left out. */
export function keptTitle(title: string): string {
  const start = textStart(title, mostTitle);
  return start === title ? title : `${start}… ${String(title.length - start.length)} more characters`;
}

/** Whether something was left out of it: then two calls may bear the same. */
export const isCutTitle = (title: string): boolean => title.length > mostTitle;

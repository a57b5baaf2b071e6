import { promptLimit } from '../model/record.js';
import { textStart } from '../model/textStart.js';

/** As much of a prompt as a row keeps. A copy: a slice would keep the whole text in memory for as long as the row is there. */
export function promptStart(text: string): string {
  if (text.length <= promptLimit) return text;
  return Buffer.from(textStart(text, promptLimit)).toString();
}

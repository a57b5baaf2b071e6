import { parseQuery } from '../model/sessionQuery.js';
import { failureText, type FailureText } from './failureText.js';

/** What is wrong with a query as it is typed: names the character. `undefined` when it can be asked. */
export function queryProblem(text: string): FailureText | undefined {
  try {
    parseQuery(text, Date.now());
    return undefined;
  } catch (error) {
    return failureText(error);
  }
}

/** Whether what it finds changes by the clock alone, as that of `after:7d` does. */
export const dependsOnTime = (text: string): boolean =>
  queryProblem(text) === undefined && parseQuery(text, Date.now()).some(({ kind }) => kind === 'time');

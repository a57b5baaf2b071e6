import { SessionError } from '../model/errors.js';

/** What is refused in a folder that the person does not trust. */
export const untrusted = (what: string): SessionError =>
  new SessionError('untrusted', `this folder is not trusted: ${what}`, { hint: 'trust the folder first' });

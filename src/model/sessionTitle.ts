import { SessionError } from './errors.js';

/** A title as a person gave it, on one line. `usage` where it says nothing. */
export function givenTitle(title: string): string {
  const line = title.replace(/\s+/g, ' ').trim();
  if (line === '') throw new SessionError('usage', 'a title cannot be empty');
  return line;
}

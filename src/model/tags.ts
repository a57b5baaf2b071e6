import { SessionError } from './errors.js';

/** The tags in what a person wrote, each once: spaces and commas stand between them. */
export const tagsIn = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter((tag) => tag !== ''))];

/** Tags that are to be given to a session, without space around them. `usage` for one that is empty or holds control characters. */
export function checkedTags(tags: readonly string[]): string[] {
  return tags.map((given) => {
    const tag = given.trim();
    if (tag === '') throw new SessionError('usage', 'a tag cannot be empty');
    if (/\p{Cc}/u.test(tag)) throw new SessionError('usage', 'a tag cannot have control characters');
    return tag;
  });
}

import type * as z from 'zod';

/** What is wrong with a value, as zod tells it, on one line: `expected number, received string`. */
export const issueWords = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => [...path.map(String), message.replace(/^Invalid (?:input|option): /, '')].join(': ')).join('; ');

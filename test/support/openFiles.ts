import { readdirSync } from 'node:fs';

/** How many files this process has open, as far as the system tells: a stream that nobody ends keeps one. */
export const openFiles = (): number => readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length;

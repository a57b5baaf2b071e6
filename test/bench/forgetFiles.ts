import { execFileSync } from 'node:child_process';

/** `posix_fadvise` is what Node does not have. */
const script = `
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        file = os.open(os.path.join(folder, name), os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
`;

/** Has the system give up what it holds in memory of all files below a folder: whoever reads them next reads the disk. */
export function forgetFiles(folder: string): void {
  // What is still to be written cannot be given up.
  execFileSync('sync');
  execFileSync('python3', ['-c', script, folder]);
}

import type { SessionRecord } from '../model/record.js';
import { findGitFolder, gitBranch } from '../store/gitFolder.js';

type Metadata = SessionRecord['metadata'];

/** The metadata with the branch that a folder (real and absolute) is on; without one where it is on none. Starts no git. */
export function withBranch({ branch: _before, ...rest }: Metadata, folder: string): Metadata {
  const git = findGitFolder(folder);
  const branch = git && gitBranch(git.gitDir);
  return branch === undefined ? rest : { ...rest, branch };
}

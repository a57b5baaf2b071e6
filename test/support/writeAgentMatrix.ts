/**
 * `npm run agents`: drives the real agents through the tests, and writes what was seen into the README. Names choose:
 * `npm run agents -- codex` leaves the rows of the others as they are.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMatrix, type MatrixRow } from './realAgents/matrix.js';
import { makeScratchFolder } from './scratchFolder.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const files = readdirSync(path.join(repository, 'test/process')).filter((name) => name.endsWith('Matrix.test.ts'));
const wanted = process.argv.slice(2);
const chosen = files.filter((name) => wanted.length === 0 || wanted.some((each) => name.startsWith(each)));
const { folder, remove } = makeScratchFolder('matrix');
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-reporter=spec', ...chosen.sort().map((name) => `test/process/${name}`)],
  { cwd: repository, stdio: 'inherit', env: { ...process.env, AGENT_MATRIX: folder } },
);
// What fails is not written down as if it were so.
if (status === 0) {
  const names = readdirSync(folder);
  await writeMatrix(
    names.map((name) => [path.basename(name, '.json'), JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as MatrixRow]),
  );
}
remove();
process.exitCode = status ?? 1;

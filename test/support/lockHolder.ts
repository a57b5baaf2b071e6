/**
 * Takes a lock and says which signals this process listens to; then waits to be killed or for a line, or ends without
 * giving it back. Arguments: the lock, `wait` or `exit`.
 */
import { constants } from 'node:os';
import { silentLogger } from '../../src/model/logger.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { withLock } from '../../src/store/lock.js';

const signals = Object.keys(constants.signals) as NodeJS.Signals[];
const [, , lockPath = '', then] = process.argv;
await withLock(lockPath, { port: nodeFilePort, program: 'holder', logger: silentLogger }, async () => {
  process.stdout.write(`held, listening to [${signals.filter((name) => process.listenerCount(name) > 0).join()}]\n`);
  if (then === 'exit') process.exit(0);
  process.stdin.resume();
  await new Promise<void>((resolve) =>
    process.stdin.once('data', () => {
      resolve();
    }),
  );
});
process.exit(0);

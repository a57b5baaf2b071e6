import { findFlock } from '../../src/sources/clinvk/flock.js';

// Takes the lock of the file that it is given, says so, and never lets go of it by itself.
const flock = findFlock(process.env);
if ('missing' in flock) throw new Error(flock.missing);
await flock.with(process.argv[2] ?? '', async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});

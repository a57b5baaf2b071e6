/**
 * Runs one operation on a store and dies, or meets a fault, at one call of the file port after another. Bundled and
 * started by `storeCrash.test.ts`; its argument is the order, its last line on stdout the answer, both JSON.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { SessionError } from '../../src/model/errors.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import type { Store } from '../../src/store/store.js';
import { faults, writeHalf } from './faults.js';
import { probedPort, type PortCall } from './probedPort.js';
import { copyStore, open, operations } from './storeOperations.js';

export type CrashOrder =
  | { readonly do: 'crash'; readonly operation: string; readonly root: string; readonly atCall: number; readonly torn: boolean }
  | { readonly do: 'fault'; readonly operation: string; readonly fault: string; readonly template: string; readonly folder: string }
  | { readonly do: 'once'; readonly operation: string; readonly root: string };

/** How one try with a fault ended: done, or what was thrown. */
export interface FaultOutcome {
  readonly root: string;
  readonly struckAt: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Runs to the end when `atCall` is 0, and then prints which calls there were. */
async function crash({ operation, root, atCall, torn }: Extract<CrashOrder, { do: 'crash' }>): Promise<void> {
  const calls: PortCall[] = [];
  const port = probedPort(nodeFilePort, {
    before(call, args) {
      if (calls.push(call) !== atCall) return;
      if (torn && call === 'write') writeHalf(args);
      process.exit(9);
    },
  });
  await operations[operation]?.(open(root, port));
  process.stdout.write(`${JSON.stringify(calls)}\n`);
}

async function meetFaults({ operation, fault, template, folder }: Extract<CrashOrder, { do: 'fault' }>): Promise<void> {
  const outcomes: FaultOutcome[] = [];
  for (let atCall = 1; ; atCall++) {
    const home = path.join(folder, String(atCall));
    mkdirSync(home);
    const root = copyStore(template, home);
    const struck = await meetFault(operation, fault, root, atCall);
    if (struck === undefined) break;
    outcomes.push(struck);
  }
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
}

/** `undefined` when the operation has fewer calls than that. */
async function meetFault(operation: string, name: string, root: string, atCall: number): Promise<FaultOutcome | undefined> {
  const fault = faults[name]?.(root);
  let calls = 0;
  let struckAt: string | undefined;
  const port = probedPort(nodeFilePort, {
    before(call, args) {
      if (++calls < atCall) return;
      struckAt ??= `${call} ${String(args[0])}`;
      fault?.strike(call, args, calls === atCall);
    },
  });
  const error = await errorOf(operation, open(root, port));
  if (existsSync(`${root}.away`)) {
    rmSync(root, { recursive: true, force: true });
    renameSync(`${root}.away`, root);
  }
  if (struckAt === undefined) return undefined;
  return error === undefined ? { root, struckAt } : { root, struckAt, error };
}

async function errorOf(operation: string, store: Store): Promise<FaultOutcome['error']> {
  try {
    await operations[operation]?.(store);
    return undefined;
  } catch (thrown) {
    return thrown instanceof SessionError ? { code: thrown.code, message: thrown.message } : { code: 'a bug', message: String(thrown) };
  }
}

/** One try on the disk as it is: the test has limited it from outside. */
async function once({ operation, root }: Extract<CrashOrder, { do: 'once' }>): Promise<void> {
  process.stdout.write(`${JSON.stringify((await errorOf(operation, open(root))) ?? null)}\n`);
}

const order = JSON.parse(process.argv[2] ?? '') as CrashOrder;
await (order.do === 'crash' ? crash(order) : order.do === 'fault' ? meetFaults(order) : once(order));

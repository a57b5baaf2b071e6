import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSession } from '../../src/store/sessionCreate.js';
import { SessionWriter } from '../../src/store/sessionWriter.js';
import { storeContext } from '../../src/store/storeContext.js';
import { StressJournal } from './stressJournal.js';
import { watchReadable } from './stressReader.js';
import { bundleWorker } from './workerBundle.js';

/** What one worker is to do, and where it stops or dies. */
export interface WorkerPlan {
  readonly root: string;
  readonly id: string;
  readonly slot: number;
  readonly journal: string;
  readonly lock: 'skein' | 'bare' | 'none';
  /** When the bare lock takes another for dead. */
  readonly staleMs: number;
  readonly updates: number;
  readonly appends: number;
  /** Stops itself (SIGSTOP) between reading and renaming in this update. */
  readonly stopAtUpdate?: number;
  /** Kills itself (SIGKILL) there. */
  readonly killAtUpdate?: number;
  /** Kills itself before this call of the file port, wherever that is. */
  readonly killAtCall?: number;
}

export interface StressPlan {
  readonly folder: string;
  readonly lock: WorkerPlan['lock'];
  readonly staleMs?: number;
  readonly updates: number;
  readonly appends: number;
  /** How long who stopped itself stays stopped. */
  readonly pauseMs: number;
  /** One a worker. */
  readonly workers: readonly Pick<WorkerPlan, 'stopAtUpdate' | 'killAtUpdate' | 'killAtCall'>[];
  /** Scripts that share no code with the store, each started once with a plan of its own slot. */
  readonly outsiders?: readonly string[];
  /** Stops running workers for moments, wherever they are. */
  readonly stumble?: boolean;
}

export interface StressResult {
  readonly updates: number;
  readonly appends: number;
  readonly stops: number;
  readonly kills: number;
  /** Reads of the files while they were written. */
  readonly reads: number;
  /** Acknowledged writes that are not there, and writes that nobody made. */
  readonly lost: readonly string[];
  /** Two running processes between reading and renaming. */
  readonly overlaps: readonly string[];
  readonly unreadable: readonly string[];
  /** What workers that died of themselves said. */
  readonly crashes: readonly string[];
}

/** Runs the workers to their ends, wakes who stopped, replaces who was killed, reads along, and adds up. */
export async function runStress(plan: StressPlan): Promise<StressResult> {
  const { folder } = plan;
  const journalFile = path.join(folder, 'journal');
  writeFileSync(journalFile, '');
  const worker = await bundleWorker('storeWorker', folder);
  const context = storeContext({ root: path.join(folder, '.skein'), actor: { program: 'stress', surface: 'test' } });
  const { id } = await createSession(context, { workdir: folder });

  const running = new Map<ChildProcess, WorkerPlan>();
  const crashes: string[] = [];
  const ends: Promise<void>[] = [];
  const start = (script: string, work: WorkerPlan): void => {
    const child = spawn(process.execPath, [script, JSON.stringify(work)], { stdio: ['ignore', 'inherit', 'pipe'] });
    running.set(child, work);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    ends.push(
      new Promise((resolve) => {
        child.once('exit', (code, signal) => {
          running.delete(child);
          if (signal === 'SIGKILL') start(script, remaining(work, child.pid ?? 0, new StressJournal(readFileSync(journalFile, 'utf8'))));
          else if (code !== 0) crashes.push(`worker ${String(work.slot)} ended with ${String(code ?? signal)}: ${said}`);
          resolve();
        });
      }),
    );
  };

  const { root, sessions } = context;
  const shared = {
    root,
    id,
    journal: journalFile,
    lock: plan.lock,
    staleMs: plan.staleMs ?? 10_000,
    updates: plan.updates,
    appends: plan.appends,
  };
  plan.workers.forEach((work, slot) => {
    start(worker, { ...shared, ...work, slot });
  });
  plan.outsiders?.forEach((script, index) => {
    start(script, { ...shared, slot: plan.workers.length + index });
  });

  const reader = watchReadable(path.join(sessions, `${id}.json`), path.join(sessions, `${id}.jsonl`));
  const waker = wakeStopped(journalFile, plan.pauseMs);
  const stumbler = plan.stumble === true ? stumble(running) : undefined;
  try {
    // A replacement adds its own end to the list.
    for (let ended = 0; ended < ends.length; ended++) await ends[ended];
  } finally {
    for (const child of running.keys()) child.kill('SIGKILL');
    await stumbler?.stop();
    await waker.stop();
    await reader.stop();
  }

  const journal = new StressJournal(readFileSync(journalFile, 'utf8'));
  const record = await new SessionWriter(context).settle(id);
  const transcript = readFileSync(path.join(sessions, `${id}.jsonl`), 'utf8');
  return {
    updates: journal.updates,
    appends: journal.appended.length,
    stops: journal.stops,
    kills: journal.killed.size,
    reads: reader.reads(),
    lost: journal.lostIn(record, transcript),
    overlaps: journal.overlaps,
    unreadable: reader.problems,
    crashes,
  };
}

/** What is left to do of a killed worker's work, without its plan to stop or die. */
function remaining(work: WorkerPlan, pid: number, journal: StressJournal): WorkerPlan {
  const { root, id, slot, journal: file, lock, staleMs } = work;
  const updates = Math.max(0, work.updates - journal.updatesBy(pid));
  const appends = Math.max(0, work.appends - journal.appendsBy(pid));
  return { root, id, slot, journal: file, lock, staleMs, updates, appends };
}

interface Helper {
  stop(): Promise<void>;
}

function repeat(everyMs: number, act: () => Promise<void> | void): Helper {
  const end = new AbortController();
  const loop = (async () => {
    while (!end.signal.aborted) {
      await act();
      await delay(everyMs);
    }
  })();
  return {
    async stop() {
      end.abort();
      await loop;
    },
  };
}

function wakeStopped(journalFile: string, pauseMs: number): Helper {
  const woken = new Set<string>();
  return repeat(20, () => {
    for (const [index, line] of readFileSync(journalFile, 'utf8').split('\n').entries()) {
      const pid = /^stop (\d+)$/.exec(line)?.[1];
      const key = `${String(index)} ${line}`;
      if (pid === undefined || woken.has(key)) continue;
      woken.add(key);
      setTimeout(() => {
        signal(Number(pid), 'SIGCONT');
      }, pauseMs);
    }
  });
}

function stumble(running: ReadonlyMap<ChildProcess, WorkerPlan>): Helper {
  return repeat(100, async () => {
    const able = [...running].filter(([, work]) => work.stopAtUpdate === undefined);
    const pid = able[Math.floor(Math.random() * able.length)]?.[0].pid;
    if (pid === undefined) return;
    signal(pid, 'SIGSTOP');
    await delay(Math.random() * 150);
    signal(pid, 'SIGCONT');
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

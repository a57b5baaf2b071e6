/**
 * `npm test`: types, lint, build, then the tests, live on the screen, and a last line `N passed, N failed`.
 * Names choose: `npm test -- unit process`. In CI (env CI), what is skipped counts as failed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findChromium } from './chromium.js';
import { installCodeServer } from './codeServerInstall.js';
import { MissingTool } from './missingTool.js';
import { makeScratchFolder } from './scratchFolder.js';
import type { SuiteCounts } from './suiteReporter.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const inCi = !['', '0', 'false'].includes(process.env.CI ?? '');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Suite {
  readonly name: string;
  /** npm scripts to run: one passed or failed together. */
  readonly scripts?: readonly string[];
  /** A folder of node:test files. */
  readonly folder?: string;
  /** Suites that it makes no sense without. */
  readonly needs?: readonly string[];
  /** Throws MissingTool when this machine cannot run it. */
  readonly prepare?: () => Promise<unknown>;
}

const suites: readonly Suite[] = [
  { name: 'types', scripts: ['check'] },
  { name: 'lint', scripts: ['lint'] },
  { name: 'build', scripts: ['build', 'package'] },
  { name: 'unit', folder: 'test/unit' },
  { name: 'process', folder: 'test/process', needs: ['build'] },
  { name: 'host', folder: 'test/host', needs: ['build'], prepare: () => Promise.all([findChromium(), installCodeServer(say)]) },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What to say about it beside the numbers. */
  readonly notes: readonly string[];
}

/** Runs a program on this terminal; whether it ended well. Ctrl+C reaches it too, so there is nothing to pass on. */
function runs(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: repository, stdio: 'inherit', shell: process.platform === 'win32' });
    child.once('error', () => {
      resolve(false);
    });
    child.once('exit', (code) => {
      resolve(code === 0);
    });
  });
}

async function runScripts(scripts: readonly string[]): Promise<Outcome> {
  for (const script of scripts) {
    if (!(await runs('npm', ['run', '--silent', script]))) return { passed: 0, failed: 1, notes: [`npm run ${script} failed`] };
  }
  return { passed: 1, failed: 0, notes: [] };
}

async function runTests({ folder = '', prepare }: Suite): Promise<Outcome> {
  const files = await testFiles(path.join(repository, folder));
  if (files.length === 0) return { passed: 0, failed: inCi ? 1 : 0, notes: [`no tests in ${folder}`] };
  try {
    await prepare?.();
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    return { passed: 0, failed: inCi ? 1 : 0, notes: [`not run: ${error.message}`] };
  }
  const scratch = makeScratchFolder('counts');
  try {
    const result = path.join(scratch.folder, 'counts.json');
    const reporter = pathToFileURL(path.join(repository, 'test/support/suiteReporter.ts')).href;
    const well = await runs(process.execPath, [
      ...['--import', 'tsx', '--test', '--test-concurrency=2'],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${reporter}`, `--test-reporter-destination=${result}`],
      ...files.map((file) => path.relative(repository, file)),
    ]);
    const text = await fs.readFile(result, 'utf8').catch(() => '');
    if (text === '') return { passed: 0, failed: 1, notes: ['the runner ended without a result'] };
    return judge(JSON.parse(text) as SuiteCounts, well);
  } finally {
    scratch.remove();
  }
}

function judge({ passed, failed, skipped, empty }: SuiteCounts, well: boolean): Outcome {
  const notes = empty.map((file) => `${file} ran no test`);
  if (skipped > 0) notes.push(`${skipped} skipped`);
  let bad = failed + empty.length + (inCi ? skipped : 0);
  if (passed === 0 && bad === 0 && skipped === 0) notes.push('no test ran');
  if (passed === 0 && bad === 0) bad = 1;
  if (!well && bad === 0) {
    notes.push('the runner reports a failure that is no test');
    bad = 1;
  }
  return { passed, failed: bad, notes };
}

async function testFiles(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = await fs.readdir(folder, { recursive: true });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => path.join(folder, name));
}

async function main(wanted: readonly string[]): Promise<boolean> {
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    say(`no suite ${unknown.join(', ')}; there are ${suites.map((suite) => suite.name).join(', ')}`);
    return false;
  }
  const outcomes = new Map<string, Outcome>();
  for (const suite of suites) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    say(`\n== ${suite.name}`);
    const broken = suite.needs?.find((name) => (outcomes.get(name)?.failed ?? 0) > 0);
    let outcome: Outcome;
    if (broken !== undefined) outcome = { passed: 0, failed: 1, notes: [`not run: ${broken} failed`] };
    else if (suite.scripts) outcome = await runScripts(suite.scripts);
    else outcome = await runTests(suite);
    outcomes.set(suite.name, outcome);
  }
  say('');
  let [passed, failed] = [0, 0];
  for (const [name, outcome] of outcomes) {
    passed += outcome.passed;
    failed += outcome.failed;
    say([`${name}: ${outcome.passed} passed, ${outcome.failed} failed`, ...outcome.notes].join('; '));
  }
  say(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;

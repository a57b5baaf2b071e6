import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { makeSampleWorkspace, type SampleWorkspace } from '../support/sampleWorkspace.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { skein } from '../support/skeinCli.js';

const scratch = makeScratchFolder('sample');
let sample: SampleWorkspace;
before(async () => {
  sample = await makeSampleWorkspace(scratch.folder);
});
after(scratch.remove);

interface ClinvkSession {
  readonly working_dir: string;
  readonly last_used: string;
}

async function clinvkSessions(): Promise<ClinvkSession[]> {
  const folder = path.join(sample.home, '.clinvk/sessions');
  const names = (await fs.readdir(folder)).filter((name) => name !== 'index.json');
  const texts = await Promise.all(names.map((name) => fs.readFile(path.join(folder, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as ClinvkSession);
}

test('the sample is a clean git repository', () => {
  const status = execFileSync('git', ['-C', sample.workspace, 'status', '--porcelain'], { encoding: 'utf8' });
  assert.equal(status, '');
});

test("most of clinvk's sessions are the workspace's, some stay another folder's or nobody's", async () => {
  const folders = (await clinvkSessions()).map((session) => session.working_dir);
  const inside = folders.filter((folder) => folder === sample.workspace || folder.startsWith(`${sample.workspace}/`));
  assert.equal(inside.length, 8);
  assert.deepEqual(folders.filter((folder) => !inside.includes(folder)).sort(), ['', '/projects', '/projects/old']);
});

test('the newest was used a few minutes ago, with the digits that clinvk wrote', async () => {
  const times = (await clinvkSessions()).map((session) => session.last_used).sort();
  const newest = times.at(-1) ?? '';
  const minutes = (Date.now() - Date.parse(newest)) / 60_000;
  assert.ok(minutes > 4 && minutes < 15, newest);
  assert.match(newest, /\.\d{9}Z$/);
});

test('modes are those of the program', async () => {
  const mode = async (name: string): Promise<number> => (await fs.stat(path.join(sample.home, '.clinvk', name))).mode & 0o777;
  assert.equal(await mode('sessions'), 0o700);
  assert.equal(await mode('sessions/index.json'), 0o600);
});

test('its sessions are those of several programs, none damaged', async () => {
  const text = await skein(['sessions', 'list', '--json'], { cwd: sample.workspace, home: sample.home });
  const rows = JSON.parse(text) as { readonly source: string; readonly problem?: unknown; readonly last_used_at: string }[];
  const programs = [...new Set(rows.map(({ source }) => source))].sort();
  assert.deepEqual(programs, ['claude', 'clinvk', 'codex', 'gemini', 'openclacky', 'openclaw']);
  assert.deepEqual(
    rows.filter(({ problem }) => problem !== undefined),
    [],
  );
  const late = rows.filter(({ last_used_at }) => Date.parse(last_used_at) > Date.now());
  assert.deepEqual(late, []);
});

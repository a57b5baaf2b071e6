import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SessionError } from '../../src/model/errors.js';
import { claudeSource } from '../../src/sources/claude/claude.js';
import { withClaudeStore, type ClaudeStore } from '../support/claudeStore.js';
import { folderState } from '../support/folderState.js';

const id = 'bbbbbbbb-0000-4000-8000-000000000001';
const text = (words: string) => ({ type: 'text', text: words });
const isError = (code: string) => (error: unknown) => error instanceof SessionError && error.code === code;

/** A store with one session that has a folder of its own, and the register of the newer versions. */
function filled(store: ClaudeStore) {
  const path = store.session(id, [store.prompt('u', 'hello'), store.answer('a', 'u', [text('hi')])]);
  const folder = path.slice(0, -'.jsonl'.length);
  mkdirSync(join(folder, 'tool-results'), { recursive: true });
  writeFileSync(join(folder, 'tool-results/x.txt'), 'a long output');
  store.session('agent-x', [store.prompt('s', 'a task', { isSidechain: true })], `-projects-x/${id}/subagents`);
  mkdirSync(join(store.home, '.claude/sessions'));
  return { path, folder, source: claudeSource({ env: { HOME: store.home } }) };
}

describe('changes in the store of Claude Code', () => {
  test('a rename appends the program’s own kind of line, and nothing else', async () => {
    await withClaudeStore(async (store) => {
      const { path, source } = filled(store);
      const before = readFileSync(path, 'utf8');
      await source.rename?.(id, ' A "better" name ü ');
      assert.equal(
        readFileSync(path, 'utf8'),
        `${before}{"type":"custom-title","customTitle":"A \\"better\\" name ü","sessionId":"${id}"}\n`,
      );
      const row = (await source.list()).rows.find((candidate) => candidate.id === `claude:${id}`);
      assert.deepEqual([row?.title, row?.title_source], ['A "better" name ü', 'user']);
    });
  });

  test('a rename keeps the title beside the session in step, and starts a line of its own behind a torn one', async () => {
    await withClaudeStore(async (store) => {
      const { path, folder, source } = filled(store);
      const kept = join(folder, 'custom-title.json');
      writeFileSync(kept, '{"customTitle":"old","more":1}');
      appendFileSync(path, '{"type":"user","torn');
      await source.rename?.(id, 'new');
      assert.deepEqual(JSON.parse(readFileSync(kept, 'utf8')), { customTitle: 'new', more: 1 });
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      assert.equal(lines.at(-2), '{"type":"user","torn');
      assert.equal((await source.list()).rows.find((row) => row.id === `claude:${id}`)?.title, 'new');
    });
  });

  test('what is open in the program is left alone; what a process of it has left is not', async () => {
    await withClaudeStore(async (store) => {
      const { path, source } = filled(store);
      const before = readFileSync(path);
      const register = join(store.home, '.claude/sessions/1.json');
      writeFileSync(register, JSON.stringify({ pid: process.pid, sessionId: id }));
      await assert.rejects(source.rename!(id, 'x'), isError('busy'));
      await assert.rejects(source.removal!.remove(id, join(store.home, 'keep')), isError('busy'));
      assert.deepEqual(readFileSync(path), before);
      writeFileSync(register, JSON.stringify({ pid: 2 ** 22 + 1, sessionId: id }));
      await source.rename?.(id, 'x');
    });
  });

  test('versions without a register: what was written just now may be open', async () => {
    await withClaudeStore(async (store) => {
      const path = store.session(id, [store.prompt('u', 'hello')]);
      const at = (ms: number) => claudeSource({ env: { HOME: store.home }, now: () => Date.now() + ms });
      await assert.rejects(at(0).rename!(id, 'x'), isError('busy'));
      await at(3_600_000).rename?.(id, 'x');
      assert.match(readFileSync(path, 'utf8'), /"customTitle":"x"/);
    });
  });

  test('a removal takes the session with its folder, and a restore puts back every byte', async () => {
    await withClaudeStore(async (store) => {
      const { path, folder, source } = filled(store);
      store.session('other', [store.prompt('u', 'stays')]);
      const before = await folderState(store.projects);
      const keep = join(store.home, 'keep');
      const { kept } = await source.removal!.remove(id, keep);
      assert.equal(kept.length, 2);
      assert.deepEqual([existsSync(path), existsSync(folder)], [false, false]);
      assert.deepEqual(
        (await source.list()).rows.map((row) => row.id),
        ['claude:other'],
      );
      // The program removes the folder of a project that has no sessions.
      rmSync(join(store.projects, '-projects-x'), { recursive: true });
      store.session('other', [store.prompt('u', 'stays')]);
      await source.removal!.restore(kept);
      const content = (state: ReadonlyMap<string, string>) =>
        [...state].filter(([name]) => name.includes(id)).map(([name, value]) => [name, value.split(' ').slice(0, 2)]);
      const files = (state: ReadonlyMap<string, string>) => content(state).filter(([name]) => /\.(jsonl|txt)$/.test(String(name)));
      assert.deepEqual(files(await folderState(store.projects)), files(before));
      assert.equal((await source.list()).rows.length, 3);
      await assert.rejects(source.removal!.restore(kept));
      await assert.rejects(source.removal!.restore([join(keep, '..', 'x.jsonl/..')]));
    });
  });

  test('a sub-agent is not renamed or removed without its session', async () => {
    await withClaudeStore(async (store) => {
      const { source } = filled(store);
      await assert.rejects(source.rename!('agent-x', 'x'), isError('unsupported'));
      await assert.rejects(source.removal!.remove('agent-x', join(store.home, 'keep')), isError('unsupported'));
      await assert.rejects(source.rename!(id, '  '), isError('usage'));
      await assert.rejects(source.rename!('nobody', 'x'), isError('not_found'));
    });
  });

  test('a change in a project that is there, and in one that comes later, is told', async () => {
    await withClaudeStore(async (store) => {
      const { source } = filled(store);
      let wake = (): void => undefined;
      const next = () => new Promise<void>((resolve) => (wake = resolve));
      const stop = source.watch(() => {
        wake();
      });
      // Where the system has no watches left, the folder is looked at by a timer that does not keep the process.
      const awake = setInterval(() => undefined, 1_000);
      try {
        let told = next();
        store.append(id, [{ type: 'mode' }]);
        await told;
        told = next();
        store.session('later', [store.prompt('u', 'x')], '-projects-later');
        await told;
      } finally {
        clearInterval(awake);
        stop();
      }
    });
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { codexId, codexLine, codexMeta, linesOf, said, tokenCount, writeRollout } from '../support/codexRollout.js';
import { folderState } from '../support/folderState.js';
import { withFolder, type OpenFolder } from '../support/openFolder.js';
import { echo, scriptedCatalog, type ScriptedOptions } from '../support/scriptedCatalog.js';
import { inShort, turn } from '../support/turn.js';

const session = '11111111-0000-4000-8000-000000000001';
const id = `claude:${session}`;

/** A clock that only the test moves. */
class Clock {
  #now = Date.UTC(2026, 0, 1, 12);
  readonly now = (): number => this.#now;
  /** An ISO time so many seconds later. */
  after(seconds: number): string {
    this.#now += seconds * 1000;
    return new Date(this.#now).toISOString();
  }
}

interface Scene extends OpenFolder {
  readonly store: ClaudeStore;
  readonly clock: Clock;
  /** A turn that Claude Code itself adds to its session. */
  readonly add: (uuid: string, text: string) => void;
  readonly notices: readonly string[];
}

/** A folder with one session of Claude Code's, and an agent that goes by that name. */
async function withClaude(options: ScriptedOptions, run: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = new Clock();
  let add: Scene['add'] = () => undefined;
  const script: typeof echo = async (prompt, hooks) => {
    const result = await echo(prompt, hooks);
    add(`native-${prompt}`, prompt);
    return result;
  };
  await withFolder({ now: clock.now }, async (folder) => {
    const store = new ClaudeStore(folder.home);
    const lines = (uuid: string, text: string) => [
      store.prompt(uuid, text, { timestamp: clock.after(1), cwd: folder.dir }),
      store.answer(`${uuid}-a`, uuid, [{ type: 'text', text: `on ${text}` }], { at: clock.after(1), cwd: folder.dir }),
    ];
    store.session(session, lines('first', 'begin'));
    add = (uuid, text) => store.append(session, lines(uuid, text));
    const workspace = await folder.open({ agents: scriptedCatalog({ names: ['claude'], script, ...options }) });
    const notices = noticesOf(workspace);
    clock.after(60);
    await run({ ...folder, workspace, store, clock, add, notices });
  });
}

/** What turns tell the person of how they came about; that the model is another one is not about this. */
function noticesOf(workspace: Workspace): readonly string[] {
  const notices: string[] = [];
  workspace.onTurn((_id, _seq, update) => {
    if (update.kind === 'notice' && !update.text.includes('does not offer the model')) notices.push(update.text);
  });
  return notices;
}

const historyOf = async (workspace: Workspace, name = id): Promise<readonly string[]> => inShort(await workspace.history(name));
const begun = ['user begin', 'assistant on begin'];
const ran = (text: string): readonly string[] => [`user ${text}`, `assistant you said: ${text}`];
const added = (text: string): readonly string[] => [`user ${text}`, `assistant on ${text}`];

describe('a session of Claude Code that goes on here', () => {
  test('is resumed by its agent, which is said, and no turn stands in it twice', async () => {
    await withClaude({ can: { resume: true } }, async ({ workspace, open, clock, add, notices }) => {
      assert.equal((await turn(workspace, id, 'here')).stop_reason, 'end_turn');
      assert.deepEqual(notices, ['Scripted resumed its own session']);
      const own = (await workspace.list()).rows;
      assert.deepEqual(
        own.map(({ source, origin }) => [source, origin?.id]),
        [['skein', session]],
      );
      assert.deepEqual(await historyOf(workspace), [...begun, ...ran('here')], 'its store has our turn too, under other ids');
      clock.after(60);
      add('second', 'there');
      assert.deepEqual(await historyOf(workspace), [...begun, ...ran('here'), ...added('there')], 'shown at the next look');
      assert.equal((await workspace.get(id)).turn_count, 2, 'and not kept while it may be under way');
      clock.after(60);
      for (const window of [workspace, await open({ now: clock.now }), workspace]) {
        assert.deepEqual(inShort((await window.snapshot(id)).entries), [...begun, ...ran('here'), ...added('there')]);
      }
      assert.equal((await workspace.get(id)).turn_count, 3);
      await turn(workspace, id, 'again');
      clock.after(60);
      add('third', 'again');
      clock.after(60);
      const all = [...begun, ...ran('here'), ...added('there'), ...ran('again'), ...added('again')];
      assert.deepEqual(await historyOf(workspace), all, 'the same prompt there is another turn');
      assert.deepEqual(await historyOf(await open({ now: clock.now })), all);
      assert.deepEqual((await workspace.history(id, 2)).length, 2);
    });
  });

  test('or is told to an agent that cannot, which is said; and so is what its program added before the next turn', async () => {
    const agents = scriptedCatalog({ names: ['claude'] });
    await withClaude({}, async ({ open, clock, add }) => {
      const workspace = await open({ agents, now: clock.now });
      const notices = noticesOf(workspace);
      await turn(workspace, id, 'here');
      assert.deepEqual(notices, ['The conversation so far was given to Scripted as text']);
      assert.match(agents.prompts[0] ?? '', /begin[\s\S]*on begin[\s\S]*here$/);
      clock.after(60);
      add('second', 'there');
      await turn(workspace, id, 'and on');
      assert.match(agents.prompts[1] ?? '', /you said: here[\s\S]*on there[\s\S]*and on$/);
      assert.deepEqual(await historyOf(workspace), [...begun, ...ran('here'), ...added('there'), ...ran('and on')]);
    });
  });

  test('or by another agent, where its own cannot be started from here', async () => {
    await withClaude({ names: ['scripted'] }, async ({ workspace, notices }) => {
      await turn(workspace, id, 'here');
      assert.deepEqual(notices, [
        'claude cannot be started from here, so Scripted goes on with this session',
        'The conversation so far was given to Scripted as text',
      ]);
      const row = await workspace.get(id);
      assert.deepEqual([row.backend, row.backend_session_id, row.origin?.id], ['scripted', 's1', session]);
    });
    // So does a fork of it, which is no other program's session any more.
    await withClaude({ names: ['scripted'] }, async ({ workspace, notices }) => {
      const fork = await workspace.fork(id, {});
      assert.equal((await turn(workspace, fork.id, 'here')).error, undefined);
      assert.equal(notices[0], 'claude cannot be started from here, so Scripted goes on with this session');
    });
  });

  test('stays what we have of it when its program deleted it', async () => {
    await withClaude({ can: { resume: true } }, async ({ workspace, store, home }) => {
      await workspace.resume(id);
      store.session(session, []);
      assert.deepEqual(await historyOf(workspace, session), begun);
      const before = await folderState(join(home, '.claude'));
      assert.equal((await workspace.fork(session, {})).turn_count, 1);
      assert.deepEqual(await folderState(join(home, '.claude')), before);
    });
  });
});

describe('a session that an agent keeps for one of ours', () => {
  test('is one row with it, also in a page, and what the agent’s own program adds is shown in ours', async () => {
    await withClaude({}, async ({ dir, open, store, clock }) => {
      const at = { cwd: dir };
      const script: typeof echo = async (prompt, hooks) => {
        const result = await echo(prompt, hooks);
        store.session('s1', [store.prompt('p', prompt, { timestamp: clock.after(1), ...at })]);
        store.append('s1', [store.answer('q', 'p', [{ type: 'text', text: 'you said' }], { at: clock.after(1), ...at })]);
        return result;
      };
      const workspace = await open({ agents: scriptedCatalog({ names: ['claude'], script }), now: clock.now });
      const own = await workspace.create({ backend: 'claude' });
      await turn(workspace, own.id, 'hello');
      for (const filter of [{}, { limit: 9 }]) {
        assert.deepEqual((await workspace.list(filter)).rows.map((row) => row.id).sort(), [id, own.id].sort());
      }
      assert.equal((await workspace.get('claude:s1')).id, own.id);
      clock.after(60);
      store.append('s1', [store.prompt('r', 'there', { timestamp: clock.after(1), ...at })]);
      assert.deepEqual(await historyOf(workspace, own.id), [...ran('hello'), 'user there']);
      await workspace.remove([own.id]);
      assert.deepEqual(
        (await workspace.list()).rows.map((row) => row.id),
        [id],
        'deleted, it does not come back as the agent’s row',
      );
      await workspace.undo();
      assert.equal((await workspace.list()).rows.length, 2);
    });
  });
});

describe('usage', () => {
  /** What one answer of `ClaudeStore` uses. */
  const claudeAnswer = 10 + 3 + 4 + 2;
  const [thread, fork] = [codexId(1), codexId(2)];

  test('of own, adopted, forked and foreign sessions is their exact sum, before and after adopting', async () => {
    await withClaude({ script: echo }, async ({ workspace, dir, home, store, clock }) => {
      const cwd = { cwd: dir };
      const reply = (uuid: string, parent: string) =>
        store.answer(uuid, parent, [{ type: 'text', text: uuid }], { at: clock.after(1), ...cwd });
      // One answer in the parent, which its fork has a copy of; two of its own; one answer is in two content blocks.
      const first = [store.prompt('f1', 'one', cwd), reply('f2', 'f1')];
      const parent = '22222222-0000-4000-8000-000000000002';
      const child = '33333333-0000-4000-8000-000000000003';
      store.session(parent, first);
      const forkedFrom = { sessionId: parent };
      const blocks = [reply('c2', 'c1'), { ...reply('c2', 'c1'), uuid: 'c2b' }];
      store.session(child, [
        ...first.map((line) => ({ ...line, forkedFrom })),
        store.prompt('c1', 'two', cwd),
        ...blocks,
        store.prompt('c3', 'three', cwd),
        reply('c4', 'c3'),
      ]);
      // A thread that was resumed reports its running total again; its fork begins with the parent's.
      const parentLines = [codexMeta(thread, cwd), said('user', 'a', 1), said('assistant', 'b', 2), tokenCount([100, 10], [100, 10], 3)];
      const resumed = [
        tokenCount([100, 10], [100, 10], 4),
        said('user', 'c', 5),
        said('assistant', 'd', 6),
        tokenCount([150, 15], [50, 5], 7),
      ];
      await writeRollout(join(home, '.codex'), thread, linesOf([...parentLines, ...resumed]));
      const own = [said('user', 'e', 9), said('assistant', 'f', 10), tokenCount([170, 17], [70, 7], 11)];
      const forked = [codexLine('session_meta', { id: fork, forked_from_id: thread, ...cwd }), ...parentLines, ...own];
      await writeRollout(join(home, '.codex'), fork, linesOf(forked));
      const claude = claudeAnswer * (1 + 1 + 2);
      const codex = 165 + 77;
      const total = async (): Promise<number> => (await workspace.usage('backend')).reduce((sum, row) => sum + row.total, 0);
      assert.equal(await total(), claude + codex);
      const byBackend = await workspace.usage('backend');
      assert.deepEqual(new Map(byBackend.map(({ key, total: part }) => [key, part])), new Map(Object.entries({ codex, claude })));

      for (const one of [`claude:${parent}`, `claude:${child}`, `codex:${thread}`]) await workspace.resume(one);
      assert.equal(await total(), claude + codex, 'adopted, they count what they counted');
      await workspace.fork(`codex:${fork}`, {});
      assert.equal(await total(), claude + codex, 'and their forks nothing');
      const made = await workspace.create({ backend: 'scripted' });
      await turn(workspace, made.id, 'ours');
      const again = await workspace.fork(made.id, {});
      assert.equal(await total(), claude + codex + 15);
      await turn(workspace, again.id, 'more');
      assert.equal(await total(), claude + codex + 30, 'a fork counts its own');
      await workspace.remove([`codex:${thread}`, id, made.id]);
      assert.equal(await total(), claude + codex + 30, 'what was deleted was paid for');
    });
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { openWorkspace } from '../../src/core/openWorkspace.js';
import type { Workspace } from '../../src/core/workspace.js';
import type { Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { silentLogger } from '../../src/model/logger.js';
import { openSources } from '../../src/sources/sourceList.js';
import { folderState } from './folderState.js';
import { turn } from './turn.js';

/** A session that a real program wrote, and what it takes to go on with it. */
export interface WrittenSession {
  /** `<source>:<own id>`. */
  readonly id: string;
  /** The folder that it belongs to. */
  readonly dir: string;
  /** Where the program keeps its sessions, and where Skein finds its agent. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program's store. */
  readonly store: string;
  /** Whether a file holds this session alone: then a fork leaves it as it was, byte for byte. */
  readonly ownFile: boolean;
  /** What is said of how a turn begins: that the agent resumed or forked its own session, or was told of it. */
  readonly resumed: RegExp;
  readonly forked: RegExp;
  /** One more turn by its own program. */
  goOn(prompt: string): Promise<unknown>;
}

const conversation = (entries: readonly Entry[]): readonly string[] =>
  entries.filter(({ type }) => !['session', 'info', 'lease'].includes(type)).map(({ id }) => id);

const prompts = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? [textOf(entry.message.content).trim()] : []));

const answered = (entries: readonly Entry[]): string => {
  const last = entries.findLast((entry) => entry.type === 'message');
  assert.equal(last?.message.role, 'assistant');
  return textOf(last.message.content);
};

/** What all answers used, each once; a program may have forgotten one's usage at a later look. */
function tokens(entries: readonly Entry[]): number {
  const known = new Map(
    entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [[entry.id, entry.usage.total] as const] : [])),
  );
  return [...known.values()].reduce((sum, total) => sum + total, 0);
}

/**
 * Adopts a session, forks it, runs a turn in the fork and one in the session, and lets its own program go on: nothing of its
 * store changes before the first turn, nothing of the session by its fork, and all that was said is there, once, and counted
 * once. Every session of the store must be one of the folder.
 */
export async function checkGoingOn(session: WrittenSession): Promise<void> {
  const { id, dir, env, store } = session;
  const open = (now = Date.now): Promise<Workspace> =>
    openWorkspace(dir, { program: 'test', surface: 'test', env, logger: silentLogger, trusted: () => true, now });
  const workspace = await open();
  const notices: string[] = [];
  workspace.onTurn((_id, _seq, update) => {
    if (update.kind === 'notice') notices.push(update.text);
  });
  const said = async (text: string, own: string): Promise<string> => {
    notices.length = 0;
    assert.deepEqual(await turn(workspace, own, text), { kind: 'ended', stop_reason: 'end_turn' }, notices.join('\n'));
    return notices.join('\n');
  };
  try {
    const before = await folderState(store);
    const source = openSources({ env, folders: [dir] }).find(({ name }) => id.startsWith(`${name}:`));
    assert.ok(source);
    const ownId = id.slice(source.name.length + 1);
    const theirs = await source.read(ownId);
    const { path } = await workspace.get(id);
    const own = await workspace.resume(id);
    assert.deepEqual(own.origin, { source: source.name, id: ownId, path });
    assert.deepEqual(conversation(await workspace.history(own.id)), conversation(theirs));
    const fork = await workspace.fork(id, {});
    assert.equal(fork.parent_id, own.id);
    assert.deepEqual(await folderState(store), before, 'adopting and forking leave its store as it was');

    const bytes = session.ownFile ? await readFile(path) : undefined;
    assert.match(await said('in our fork', fork.id), session.forked);
    assert.match(answered(await workspace.history(fork.id)), /in our fork/);
    assert.deepEqual(await source.read(ownId), theirs, 'its fork leaves the session as it was');
    if (bytes) assert.deepEqual(await readFile(path), bytes);

    assert.match(await said('from Skein', own.id), session.resumed);
    assert.match(answered(await workspace.history(own.id)), /from Skein/);

    // Our window stays open: it must not keep the program from its own session.
    await session.goOn('from its own program');
    const later = await open(() => Date.now() + 60_000); // what was said there is settled by then
    try {
      const expected = [...prompts(theirs), 'from Skein', 'from its own program'];
      for (const look of ['first', 'second']) assert.deepEqual(prompts(await later.history(own.id)), expected, `the ${look} look`);
      assert.deepEqual(prompts(await later.history(fork.id)), [...prompts(theirs), 'in our fork']);
      const { rows } = await later.list({ scope: 'all', archived: true });
      const parts = rows.filter((row) => row.id === own.id || row.id === fork.id || row.id === id);
      assert.deepEqual(parts.map((row) => row.id).sort(), [own.id, fork.id].sort(), 'it and its source are one row');
      const written = await Promise.all((await source.list()).rows.map((row) => source.read(row.id.slice(source.name.length + 1))));
      const told = [...(await later.history(own.id)), ...(await later.history(fork.id))].filter(({ backend }) => backend !== source.name);
      const counted = (await later.usage()).reduce((sum, { total }) => sum + total, 0);
      assert.equal(counted, tokens([...theirs, ...written.flat(), ...told]), 'every answer is counted once');
    } finally {
      await later.dispose();
    }
  } finally {
    await workspace.dispose();
  }
}

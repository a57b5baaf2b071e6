import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Options } from '../../src/cli/options.js';
import { remove } from '../../src/cli/trash.js';
import type { Workspace } from '../../src/core/workspace.js';
import { clinvkSession, makeClinvkHome } from '../support/clinvkHome.js';
import { withFolder } from '../support/openFolder.js';
import { recordingTerminal } from '../support/recordingTerminal.js';

const logger = { trace: () => undefined, debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What `skein sessions delete <id>` says. */
async function said(workspace: Workspace, dir: string, options: Options): Promise<string> {
  const terminal = recordingTerminal();
  await remove({
    ...{ args: [clinvkSession], options, terminal, env: {}, logger },
    folder: () => Promise.resolve(dir),
    open: () => Promise.resolve(workspace),
    atEnd: () => undefined,
  });
  return terminal.err();
}

test('delete leaves another program’s store alone unless told, and says beforehand what can be put back', async () => {
  await withFolder({}, async ({ dir, home, env, open }) => {
    const sessions = await makeClinvkHome(home, dir);
    const isStored = async (): Promise<boolean> => (await readdir(sessions)).includes(`${clinvkSession}.json`);
    const workspace = await open();
    const count = (await workspace.list()).rows.length;
    assert.match(
      await said(workspace, dir, { dryRun: true }),
      /would be hidden here and stay in the store of clinvk; it can be shown again/,
    );
    assert.match(await said(workspace, dir, { dryRun: true, inSource: true }), /will be deleted in the store of clinvk; a copy is kept/);
    assert.equal((await workspace.list()).rows.length, count, 'a dry run changes nothing');
    assert.equal(await said(workspace, dir, {}), 'deleted 1 session; skein undo brings it back\n');
    assert.deepEqual([await isStored(), (await workspace.list()).rows.length], [true, count - 1]);
    await workspace.undo();
    const text = await said(workspace, dir, { inSource: true });
    assert.match(text, /a copy is kept, from which it can be put back\n.*deleted 1 session/s);
    assert.equal(await isStored(), false);
    await workspace.undo();
    assert.equal(await isStored(), true);

    const locked = await open({ env: { ...env, PATH: '/nowhere' } });
    assert.match(await said(locked, dir, { dryRun: true, inSource: true }), /clinvk's sessions are read-only here/);
    await assert.rejects(said(locked, dir, { inSource: true }), { code: 'read_only' });
    assert.equal(await isStored(), true);
  });
});

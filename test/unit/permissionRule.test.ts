import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { permissionScene } from '../../src/core/turns/turnPermission.js';
import type { ToolCall } from '../../src/model/entry.js';
import { decidePermission } from '../../src/model/permissionRule.js';
import type { PermissionMode } from '../../src/model/permissionMode.js';
import type { PermissionRequest } from '../../src/model/turn.js';
import { withScratchFolder } from '../support/scratchFolder.js';

const options: PermissionRequest['options'] = [
  { id: 'always', label: 'Always', kind: 'allow_always' },
  { id: 'once', label: 'Once', kind: 'allow_once' },
  { id: 'no', label: 'No', kind: 'reject_once' },
];
const request = (kind: ToolCall['kind'], ...paths: string[]): PermissionRequest => ({
  id: 'r',
  title: 'Do it?',
  options,
  call: { id: 'c', kind, title: 'Do it', status: 'pending', locations: paths.map((path) => ({ path })) },
});
const decide = (mode: PermissionMode, kind: ToolCall['kind'], ...paths: string[]): string | undefined =>
  decidePermission(request(kind), { mode, workdir: '/p', paths, guarded: ['/p/.skein'] })?.id;

describe('what a mode answers by itself', () => {
  const cases: [PermissionMode, ToolCall['kind'], string[], string | undefined][] = [
    ['ask', 'edit', ['/p/a'], undefined],
    ['auto', 'execute', [], 'once'],
    ['plan', 'edit', ['/p/a'], 'no'],
    ['plan', 'execute', [], 'no'],
    ['plan', 'delete', ['/p/a'], 'no'],
    ['plan', 'fetch', [], undefined],
    ['accept_edits', 'edit', ['/p/a', '/p/b/c'], 'once'],
    ['accept_edits', 'edit', ['/p/a', '/q/a'], undefined],
    ['accept_edits', 'edit', ['/project/a'], undefined],
    ['accept_edits', 'edit', ['/p/.skein/config.yaml'], undefined],
    ['accept_edits', 'edit', [], undefined],
    ['accept_edits', 'delete', ['/p/a'], undefined],
    ['accept_edits', 'execute', [], undefined],
  ];
  for (const [mode, kind, paths, answer] of cases) {
    test(`${mode}, ${kind} ${paths.join(' ')}: ${answer ?? 'asks'}`, () => assert.equal(decide(mode, kind, ...paths), answer));
  }

  test('an edit through a link or a .. that leads out of the folder is asked about', async () => {
    await withScratchFolder('perm', async (root) => {
      const cwd = join(root, 'project');
      await mkdir(join(root, 'secret'));
      await mkdir(cwd);
      await symlink(join(root, 'secret'), join(cwd, 'link'));
      await symlink('../secret/made', join(cwd, 'nowhere.ts'));
      await symlink('later.ts', join(cwd, 'within.ts'));
      const answer = async (path: string) =>
        decidePermission(
          request('edit', path),
          await permissionScene(request('edit', path), { mode: 'accept_edits', cwd, root: join(cwd, '.skein') }),
        )?.id;
      assert.equal(await answer('src/new/file.ts'), 'once');
      assert.equal(await answer(join(cwd, 'a.ts')), 'once');
      assert.equal(await answer('within.ts'), 'once');
      assert.equal(await answer('link/key'), undefined);
      assert.equal(await answer('nowhere.ts'), undefined, 'a link to a file that an edit would make');
      assert.equal(await answer('../secret/key'), undefined);
      assert.equal(await answer('.git/hooks/pre-commit'), undefined);
    });
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clinvkSession, makeClinvkHome } from '../support/clinvkHome.js';
import { withFolder } from '../support/openFolder.js';

describe('what a person writes for a session', () => {
  test('is a whole id, a unique start of one, a position, or another program’s id', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const workspace = await open();
      const { id } = await workspace.create({ backend: 'scripted', title: 'mine' });
      assert.equal(await workspace.resolveId(id), id);
      assert.equal(await workspace.resolveId(id.slice(0, 12)), id);
      assert.equal(await workspace.resolveId(id.slice(0, 12).toUpperCase()), id);
      const { rows } = await workspace.list();
      for (const position of [1, 2, rows.length]) assert.equal(await workspace.resolveId(String(position)), rows[position - 1]?.id);
      for (const text of [`clinvk:${clinvkSession}`, clinvkSession, clinvkSession.slice(0, 6), `clinvk:${clinvkSession.slice(0, 5)}`]) {
        assert.equal(await workspace.resolveId(text), `clinvk:${clinvkSession}`, text);
      }
      const adopted = await workspace.resume(clinvkSession);
      assert.equal(await workspace.resolveId(clinvkSession.slice(0, 6)), adopted.id, 'its source’s id still names an adopted one');
    });
  });

  test('is refused with what to do: too short, none, too far down the list', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted', title: 'Fix login' });
      await assert.rejects(workspace.resolveId('fix login'), { code: 'not_found', hint: `it is the title of ${id.slice(0, 12)}` });
      await assert.rejects(workspace.resolveId('abc'), { code: 'usage' });
      await assert.rejects(workspace.resolveId(''), { code: 'usage' });
      await assert.rejects(workspace.resolveId(id.startsWith('abcdef') ? 'bcdefa' : 'abcdef'), { code: 'not_found', hint: /list --all/ });
      await assert.rejects(workspace.resolveId('7'), { code: 'not_found', message: 'there is no session 7: the list has one session' });
      await assert.rejects(workspace.resolveId('../../etc/passwd'), { code: 'not_found' });
    });
  });

  test('that fits several names them all', async () => {
    await withFolder({}, async ({ workspace, open }) => {
      const first = await workspace.create({ backend: 'scripted', title: 'one' });
      const other = `${first.id.slice(0, 8)}${'0'.repeat(24)}`;
      const json = { format: 'skein-sessions', version: 1, sessions: [{ record: { id: other, title: 'two' }, entries: [] }] };
      await (await open()).import(Buffer.from(JSON.stringify(json)));
      await assert.rejects(workspace.resolveId(first.id.slice(0, 8)), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'ambiguous');
        assert.match(error.hint ?? '', /"one"/);
        assert.match(error.hint ?? '', /"two"/);
        return true;
      });
      assert.equal(await workspace.resolveId(other.slice(0, 16)), other);
    });
  });
});

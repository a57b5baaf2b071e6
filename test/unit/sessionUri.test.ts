import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSessionId, parseSessionUri, sessionOfLink, sessionUriParts } from '../../src/extension/sessionUri.js';

const id = 'b6682a87'.padEnd(32, '0');

describe('a session URI', () => {
  for (const ref of [
    { folder: '/projects/my app&x=1', id },
    { folder: 'c:\\projects\\app', id: 'clinvk:0f-1.a' },
  ]) {
    test(`keeps folder and id (${ref.id})`, () => assert.deepEqual(parseSessionUri(sessionUriParts(ref, 'Fix: login/logout?')), ref));
  }

  test('shows the title, as far as a file name can', () => {
    assert.equal(sessionUriParts({ folder: '/p', id }, 'Fix: login/logout?').path, `/${id}/Fix login logout.md`);
    assert.equal(sessionUriParts({ folder: '/p', id }, '??').path, `/${id}/session.md`);
  });

  test('is refused without a folder or with an id that is none', () => {
    assert.equal(parseSessionUri({ path: `/${id}/x.md`, query: '' }), undefined);
    assert.equal(parseSessionUri({ path: '/..%2f..%2fetc/x.md', query: 'folder=/p' }), undefined);
    assert.equal(parseSessionUri({ path: '/%zz/x.md', query: 'folder=/p' }), undefined);
  });
});

describe('a link to a session', () => {
  test('gives the id', () => {
    assert.equal(sessionOfLink(`/session/${id}`), id);
    assert.equal(sessionOfLink('/session/codex:0199-abc'), 'codex:0199-abc');
  });

  for (const path of [
    '/',
    '/session/',
    '/run/x',
    `/session/${id}/prompt`,
    '/session/../../etc/passwd',
    '/session/codex:../x',
    `/session/${id};rm`,
    '/session/$(x)',
    '/session/x y',
  ]) {
    test(`${path} is none`, () => assert.equal(sessionOfLink(path), undefined));
  }

  test('an id is safe to type in any shell', () => {
    for (const text of ['codex:a b', 'codex:a;b', 'codex:$x', 'codex:`x`', "codex:'x'", 'codex:a|b', 'codex:-x', 'codex:'])
      assert.equal(isSessionId(text), false, text);
  });
});

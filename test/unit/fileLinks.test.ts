import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileName, linkTarget, parseFileLink, parseInlinePath } from '../../webview-ui/fileLinks.js';

describe('links to files', () => {
  const table: [string, string | undefined, number?][] = [
    ['src/app.ts', 'src/app.ts'],
    ['src/app.ts:31', 'src/app.ts', 31],
    ['src/app.ts:31:5', 'src/app.ts', 31],
    ['src/app.ts#L31', 'src/app.ts', 31],
    ['src/app.ts#L31-L40', 'src/app.ts', 31],
    ['my%20file.ts:2', 'my file.ts', 2],
    ['100%.txt', '100%.txt'],
    ['README.md:12', 'README.md', 12],
    ['file:///home/me/a.ts', '/home/me/a.ts'],
    ['file:///c:/me/a.ts:4', 'c:/me/a.ts', 4],
    ['C:\\me\\a.ts:4', 'C:\\me\\a.ts', 4],
    ['a.ts:0', 'a.ts'],
    ['#anchor', undefined],
    ['', undefined],
    ['//host/share', undefined],
    ['javascript:alert(1)', undefined],
    ['command:x', undefined],
    ['ftp://host/a.ts', undefined],
    ['a%00b.ts', undefined],
  ];
  for (const [href, path, line] of table) {
    test(`${href} is ${path ?? 'none'}`, () => assert.deepEqual(parseFileLink(href), path === undefined ? undefined : { path, line }));
  }

  test('an attached file has its name, however it is written', () => {
    const uris = ['file:///home/me/my%20file.ts', '/home/me/100%.txt', 'C:\\me\\a.ts', 'picture', 'https://example.com/'];
    assert.deepEqual(uris.map(fileName), ['my file.ts', '100%.txt', 'a.ts', 'picture', 'https://example.com/']);
  });

  test('addresses are told from files', () => {
    assert.deepEqual(linkTarget('HTTPS://example.com'), { kind: 'web', url: 'HTTPS://example.com' });
    assert.deepEqual(linkTarget('mailto:me@example.com'), { kind: 'web', url: 'mailto:me@example.com' });
    assert.equal(linkTarget('data:text/html,x'), undefined);
  });

  test('inline code is a file when it can be nothing else', () => {
    for (const code of ['src/app.ts', './a.go', 'auth.go:12', 'a/b/c.test.tsx:3:1']) assert.ok(parseInlinePath(code), code);
    for (const code of ['app.ts', 'req.body', 'a/b', 'npm test', '1/2', 'a.b()', 'localhost:3000'])
      assert.equal(parseInlinePath(code), undefined, code);
  });
});

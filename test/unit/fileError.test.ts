import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionError } from '../../src/model/errors.js';
import { fileError, isSystemError, withFileErrors } from '../../src/store/fileError.js';

const system = (code: string): Error => Object.assign(new Error(code), { code });

for (const [code, kind] of [
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EFBIG', 'disk_full'],
  ['EROFS', 'read_only'],
  ['EACCES', 'read_only'],
  ['ENOENT', 'gone'],
  ['ENOTDIR', 'gone'],
  ['ELOOP', 'damaged'],
  ['EIO', 'failed'],
  ['EMFILE', 'failed'],
] as const) {
  test(`${code} is ${kind}, with the path`, () => {
    const error = fileError(system(code), '/store/a.json');
    assert.ok(error instanceof SessionError);
    assert.equal(error.code, kind);
    assert.match(error.message, /^\/store\/a\.json: /);
    assert.ok(isSystemError(error, code), 'the cause is still told');
  });
}

test('what is no system error comes through as it is', async () => {
  const own = new SessionError('busy', 'busy');
  const bug = new TypeError('a bug');
  await assert.rejects(
    withFileErrors('/a', () => Promise.reject(own)),
    (error) => error === own,
  );
  await assert.rejects(
    withFileErrors('/a', () => Promise.reject(bug)),
    (error) => error === bug,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PermissionRule } from '../../src/model/permissionRule.js';
import { ruleLabel, ruleReach } from '../../src/extension/ruleText.js';

const rule = (fields: Partial<PermissionRule>): PermissionRule => ({
  ...{ id: '1a2b3c4d', agent: 'claude', kind: 'execute', created_at: '2026-01-27T10:00:00.000Z' },
  ...fields,
});

test('a permission rule is told as the command line does, its command to the letter', () => {
  assert.equal(ruleLabel(rule({ subject: 'npm  test\n&& echo $(trash)' })), 'Claude may execute: npm test && echo \\$(trash)');
  assert.equal(ruleLabel(rule({ kind: 'edit' })), 'Claude may edit files');
  assert.equal(ruleReach(rule({}), undefined), 'in this folder');
  assert.equal(ruleReach(rule({ session: '0123456789abcdef' }), undefined), 'in session 01234567');
  assert.equal(ruleReach(rule({ session: '0123456789abcdef' }), 'Fix login'), 'in session “Fix login”');
});

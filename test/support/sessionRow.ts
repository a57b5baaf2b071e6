import { sessionRowSchema, type SessionRow } from '../../src/model/row.js';

/** A session in a list, whole and valid; `fields` says what is special about it. Ids shorter than 32 digits are filled up. */
export function sessionRow(fields: Partial<SessionRow> = {}): SessionRow {
  const { id = 'a', last_used_at = '2026-11-21T10:00:00.000Z' } = fields;
  const tokens = fields.tokens ?? 0;
  return sessionRowSchema.parse({
    ...{ version: 1, revision: 1, title: 'Fix login', backend: 'claude', status: 'active', created_at: '2026-11-21T09:00:00.000Z' },
    ...{
      workdir: '/projects/myapp',
      prompt: 'fix the login',
      token_usage: { total: tokens },
      source: 'skein',
      path: '/projects/myapp/.skein',
    },
    ...{ last_used: last_used_at, last_used_at, tokens },
    ...fields,
    id: /^[0-9a-f]+$/.test(id) ? id.padEnd(32, '0') : id,
  });
}

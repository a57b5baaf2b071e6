import type { ContentBlock, Entry, EntryOf, ToolCall } from '../../src/model/entry.js';
import type { SessionRow } from '../../src/model/row.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import type { PermissionRequest, TurnUpdate } from '../../src/model/turn.js';
import type { ToWebview } from '../../src/protocol/messages.js';
import type { AgentInfoData } from '../../src/protocol/requests.js';

/** Sample sessions for the panel, in the shapes that the server sends. Ids and times are fixed. */
export const sessionId = '0123456789abcdef0123456789abcdef';
const start = Date.parse('2026-01-27T10:03:00.000Z');
export const moment = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

export const agents: readonly AgentInfoData[] = [
  { name: 'claude', title: 'Claude', demo: false, can: ['resume', 'fork', 'permissions', 'models'] },
  { name: 'codex', title: 'Codex', demo: false, problem: 'not found', install: 'npm install -g @openai/codex', can: [] },
  { name: 'demo', title: 'Demo', demo: true, can: ['permissions'] },
];

export function row(fields: Partial<SessionRow> = {}): SessionRow {
  return {
    version: 1,
    revision: 3,
    id: sessionId,
    title: 'Fix login redirect loop',
    title_source: 'auto',
    backend: 'claude',
    model: 'Opus 4.5',
    status: 'active',
    created_at: moment(0),
    last_used_at: moment(60),
    last_used: moment(60),
    workdir: '/projects/myapp',
    prompt: 'The login page loops',
    token_usage: { input: 9412, output: 5204, cached: 36_870, reasoning: 1446, total: 52_932 },
    tokens: 52_932,
    cost_usd: 0.34,
    turn_count: 3,
    message_count: 6,
    tags: [],
    pinned: false,
    archived: false,
    settings: {},
    metadata: {},
    source: 'skein',
    path: '/projects/myapp/.skein',
    ...fields,
  };
}

export function snapshot(entries: readonly Entry[], fields: Partial<Snapshot> = {}): Snapshot {
  return { row: row(), entries: [...entries], live: [], running: false, skipped: [], seq: 0, ...fields };
}

type SnapshotMessage = Extract<ToWebview, { kind: 'snapshot' }>;
export function show(session: Snapshot | undefined, fields: Partial<SnapshotMessage> = {}): SnapshotMessage {
  return {
    kind: 'snapshot',
    session,
    folder: { name: 'myapp', trusted: true, path: '/projects/myapp' },
    agents,
    recent: [],
    ...fields,
  };
}

/** Updates with a rising `seq`, from `first` on. */
export function updates(list: readonly TurnUpdate[], first = 1): ToWebview[] {
  return list.map((update, index) => ({ kind: 'update', id: sessionId, seq: first + index, update }));
}

export function prompt(id: string, text: string, files: readonly string[] = [], seconds = 0): EntryOf<'message'> {
  const content: ContentBlock[] = [
    { type: 'text', text },
    ...files.map((file): ContentBlock => ({ type: 'resource', uri: `file:///projects/myapp/${file}`, title: file })),
  ];
  return { type: 'message', id, timestamp: moment(seconds), message: { role: 'user', content } };
}

export function answer(id: string, text: string, seconds = 10, fields: Partial<EntryOf<'message'>> = {}): EntryOf<'message'> {
  return {
    type: 'message',
    id,
    timestamp: moment(seconds),
    message: { role: 'assistant', content: [{ type: 'text', text }] },
    backend: 'claude',
    model: 'Opus 4.5',
    ...fields,
  };
}

export const thinking = (id: string, text: string, seconds = 2): EntryOf<'thinking'> => ({
  type: 'thinking',
  id,
  timestamp: moment(seconds),
  text,
  duration_ms: 6000,
});

export function toolCall(id: string, fields: Partial<ToolCall>): ToolCall {
  return { id, kind: 'other', title: id, status: 'completed', ...fields };
}

export const tool = (id: string, fields: Partial<ToolCall>, seconds = 5): EntryOf<'tool_call'> => ({
  type: 'tool_call',
  id: `entry-${id}`,
  timestamp: moment(seconds),
  call: toolCall(id, fields),
});

const oldCode = `export async function requireSession(req, res, next) {
  const session = await readSession(req);
  if (session.expired) return res.redirect('/login');
  next();
}
`;
const newCode = `export async function requireSession(req, res, next) {
  const session = await readSession(req);
  if (session.expired && session.refreshToken) {
    await refresh(session, { signal: req.signal });
  }
  if (!session.valid) return res.redirect('/login');
  next();
}
`;

export const loginPrompt = prompt(
  'p1',
  'The login page loops between /login and /app when the access token has expired but the refresh token is still good. Find out why, fix it, and add a test.',
  ['src/auth/session.ts'],
);
const path = (file: string) => `/projects/myapp/${file}`;
export const edit = tool('edit-1', {
  kind: 'edit',
  title: 'Edit session.ts',
  diff: [{ path: path('src/auth/session.ts'), old_text: oldCode, new_text: newCode }],
});
const testEdit = tool('edit-2', {
  kind: 'edit',
  title: 'Edit',
  diff: [{ path: path('test/auth/session.test.ts'), old_text: null, new_text: "test('refreshes', () => {\n  // …\n});\n" }],
});
const reads = [1, 2, 3, 4].map((n) =>
  tool(`read-${n}`, { kind: 'read', title: 'Read', locations: [{ path: path(`src/auth/f${n}.ts`) }], duration_ms: 500 }),
);
const searches = [1, 2].map((n) =>
  tool(`search-${n}`, { kind: 'search', title: 'Search', input: { query: 'redirect' }, duration_ms: 500 }),
);
const testOutput = Array.from({ length: 37 }, (_, n) => ` ✓ test/auth/t${n}.test.ts`).join('\n');
export const ranTests = tool('run-1', {
  kind: 'execute',
  title: 'npm test -- auth',
  input: { command: 'npm test -- auth' },
  output: `${testOutput}\n \u001b[32m✓\u001b[39m test/auth/session.test.ts \u001b[2m(12 tests) 388 ms\u001b[22m\n   \u001b[32m✓\u001b[39m refreshes once for parallel requests\n\n \u001b[2mTest Files\u001b[22m  \u001b[32m3 passed\u001b[39m (3)\n      \u001b[2mTests\u001b[22m  \u001b[32m27 passed\u001b[39m (27)\n`,
  duration_ms: 4100,
});
const why =
  'The loop comes from [`requireSession`](src/auth/session.ts#L18). It treats an expired access token as *no session* and redirects before `refresh()` has had a chance to run. The login page then sees a valid refresh token and sends the browser straight back.';
const code = `\n\n\`\`\`ts\nexport async function requireSession(req, res, next) {\n  const session = await readSession(req);\n  if (!session.valid) return res.redirect('/login');\n  next();\n}\n\`\`\`\n`;
const last = answer('a9', `The loop is gone, and the new test fails without the change.`, 58, {
  usage: { input: 9000, output: 3400, cached: 0, reasoning: 0, total: 12_400, cost_usd: 0.08 },
  stop_reason: 'end_turn',
});

const explored: Entry[] = [thinking('t1', 'where the redirect is decided'), ...reads, ...searches, answer('a1', why, 8)];
export const finished: readonly Entry[] = [loginPrompt, ...explored, edit, testEdit, ranTests, answer('a2', code, 50), last];

/** What streams after `loginPrompt`. */
export const streaming: readonly TurnUpdate[] = [
  { kind: 'started', entry: loginPrompt, backend: 'claude', model: 'Opus 4.5' },
  ...explored.map((entry): TurnUpdate => ({ kind: 'entry', entry })),
  { kind: 'entry', entry: edit },
  { kind: 'entry', entry: testEdit },
  {
    kind: 'tool',
    call: toolCall('run-2', {
      kind: 'execute',
      status: 'running',
      title: 'npm test -- auth',
      input: { command: 'npm test -- auth' },
      output:
        ' \u001b[32m✓\u001b[39m test/auth/cookie.test.ts \u001b[2m(9 tests) 210 ms\u001b[22m\n \u001b[32m✓\u001b[39m test/auth/refresh.test.ts \u001b[2m(6 tests) 342 ms\u001b[22m\n ❯ test/auth/session.test.ts \u001b[2m(11 tests)\u001b[22m\n',
    }),
  },
  { kind: 'usage', usage: { input: 0, output: 0, cached: 0, reasoning: 0, total: 0 }, context_used: 48_200, context_size: 200_000 },
  {
    kind: 'text',
    id: 'a3',
    delta:
      'While the tests run, one thing about order: `cookieParser` must come before `requireSession`, or the refresh cookie is not there yet when the session is read. ',
  },
  { kind: 'text', id: 'a3', delta: 'In src/app.ts:31 it already does, so nothing has to change there. I will also make the refresh' },
];

export const request: PermissionRequest = {
  id: 'ask-1',
  title: 'Downloads 1 package; changes package.json and package-lock.json',
  call: toolCall('run-3', {
    kind: 'execute',
    status: 'pending',
    title: 'npm install',
    input: { command: 'npm install rate-limiter-flexible@5' },
  }),
  options: [
    { id: 'no', label: 'Deny', kind: 'reject_once' },
    { id: 'once', label: 'Allow once', kind: 'allow_once' },
    { id: 'session', label: 'Allow in this session', kind: 'allow_session' },
    { id: 'always', label: 'Always allow npm install', kind: 'allow_always' },
  ],
};
const limitPrompt = prompt(
  'p2',
  'Add rate limits to the public API: 60 requests a minute per key, Redis behind it, and a test that proves it.',
);

export const asking: readonly TurnUpdate[] = [
  { kind: 'started', entry: limitPrompt, backend: 'claude' },
  { kind: 'entry', entry: thinking('t2', 'which limiter fits the router') },
  ...reads.map((entry): TurnUpdate => ({ kind: 'entry', entry })),
  {
    kind: 'entry',
    entry: answer(
      'a4',
      'The router has no middleware for limits yet. `rate-limiter-flexible` works with the Redis client that is already here, so that is one new dependency and no new service.',
    ),
  },
  { kind: 'permission', request },
  { kind: 'permission', request: { ...request, id: 'ask-2' } },
];

const steps = [
  'Add rate-limiter-flexible and a Redis connection for it',
  'Middleware that counts per API key',
  'Answer 429 with Retry-After and the limit headers',
  'Test: the 61st request in a minute is refused',
  'Test: two keys do not share a limit',
  'Describe the headers in docs/api.md',
];
export const planning: readonly TurnUpdate[] = [
  { kind: 'started', entry: limitPrompt, backend: 'claude' },
  {
    kind: 'entry',
    entry: answer('a5', 'I will put the limiter in front of the router, so that a request over the limit costs no work at all.'),
  },
  {
    kind: 'plan',
    id: 'plan-1',
    steps: steps.map((text, index) => ({ text, status: index < 3 ? 'done' : index === 3 ? 'doing' : 'todo' })),
  },
  { kind: 'entry', entry: edit },
  {
    kind: 'entry',
    entry: tool('run-4', {
      kind: 'execute',
      title: 'npm test',
      status: 'failed',
      exit_code: 1,
      input: { command: 'npm test -- limit' },
      output: 'failed',
      duration_ms: 2900,
    }),
  },
  {
    kind: 'tool',
    call: toolCall('edit-3', { kind: 'edit', status: 'running', title: 'Edit', locations: [{ path: path('test/api/limit.test.ts') }] }),
  },
  {
    kind: 'text',
    id: 'a6',
    delta:
      'The first try failed because the test clock stood still: the limiter reads Redis time, not ours. I am passing the clock in instead',
  },
];

export const failing: readonly TurnUpdate[] = [
  {
    kind: 'started',
    entry: prompt('p3', 'Upgrade the project to Node 24: engines, CI images, types, and whatever breaks.'),
    backend: 'claude',
  },
  ...reads.slice(0, 3).map((entry): TurnUpdate => ({ kind: 'entry', entry })),
  {
    kind: 'entry',
    entry: tool('run-5', {
      kind: 'execute',
      title: 'npm ci',
      status: 'failed',
      exit_code: 1,
      input: { command: 'npm ci' },
      output:
        '\u001b[31mnpm error\u001b[39m code EBADENGINE\n\u001b[31mnpm error\u001b[39m Not compatible with your version of node/npm: sharp@0.32.6\n',
      duration_ms: 11_000,
    }),
  },
  { kind: 'text', id: 'a7', delta: '`sharp` 0.32 does not build on Node 24. Version 0.34 does, so I will move to' },
  {
    kind: 'ended',
    stop_reason: 'error',
    error: {
      code: 'agent_failed',
      message: 'Claude has reached its rate limit',
      hint: 'It takes requests again at 14:05. What was written is kept.',
    },
  },
];

const table = `Here is what each reader costs today, measured on the 1.2 GB export, and what is left to move:

| Reader | Peak memory | Time | Now |
|---|--:|--:|---|
| \`csv\` | 1,410 MB | 38 s | streams, 64 MB |
| \`jsonl\` | 980 MB | 21 s | streams, 41 MB |

- [x] Back-pressure from the writer to the parser
- [ ] The XML reader, which needs a pull parser

### The pull parser

I would not write one. The tokenizer in [src/read/xml/lex.ts](src/read/xml/lex.ts) already yields one token at a time:

\`\`\`ts
export async function* records(source: AsyncIterable<Uint8Array>) {
  for await (const token of lex(source)) {
    if (token.type === 'close' && token.depth === 1) yield take();
    else push(token);
  }
}
\`\`\`
`;

/** A session of `turns` prompts: two entries each. */
export function longSession(turns: number): Entry[] {
  return Array.from({ length: turns }, (_, n) => [
    prompt(`p-${n}`, `Prompt number ${n + 1}: measure the readers again and show me what is left`, [], n * 60),
    answer(
      `a-${n}`,
      n % 5 === 0 ? table : `Answer number ${n + 1}.\n\nThree callers use \`parse()\` as a function that returns an array.`,
      n * 60 + 30,
      { stop_reason: 'end_turn' },
    ),
  ]).flat();
}

export const recent: readonly SessionRow[] = [
  row({
    id: 'a'.repeat(32),
    title: 'Add rate limits to the public API',
    running: { program: 'skein', host: 'here', pid: 1, started_at: moment(0), state: 'waiting' },
  }),
  row({ id: 'b'.repeat(32), title: 'Rename Store to Vault', tokens: 96_000, cost_usd: 0.74 }),
  row({ id: 'codex:1', title: 'Port the importer to streams', source: 'codex', backend: 'codex', tokens: 0, cost_usd: null }),
];

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import type { Finding } from '../../src/model/report.js';
import { mendedInPlace } from '../../src/model/mending.js';
import type { SessionRow } from '../../src/model/row.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { openStore } from '../../src/store/openStore.js';
import { thisOwner } from '../../src/store/owner.js';
import { damagedInputs, findingsOf, type DamagePlace } from '../support/damagedInputs.js';
import { deadOwner } from '../support/deadOwner.js';
import { openScratchStore, type OpenScratchStore } from '../support/openScratchStore.js';
import { probedPort } from '../support/probedPort.js';
import { message } from '../support/scratchStore.js';
import { everything, storeFiles } from '../support/storeFiles.js';

const [good, hurt, other] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

/** A store with a session that stays good and one that is hurt, and a folder outside it. */
async function twoSessions(scratch: OpenScratchStore): Promise<DamagePlace> {
  for (const id of [good, hurt]) {
    const entries = [
      message('question'),
      message('answer', 'assistant', { usage: { input: 3, output: 4, cached: 0, reasoning: 0, total: 7, cost_usd: 0.5 } }),
    ];
    await scratch.store.create({ id, workdir: '/p', title: 'Fix login', tags: ['bug'] }, entries);
  }
  // A lock's folder is removed behind the writer's back: while it is there, a transcript without a record may be in the making.
  while (readdirSync(path.join(scratch.store.root, 'sessions')).some((name) => name.endsWith('.lock'))) await tick();
  const outside = path.join(scratch.folder, 'outside');
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'kept'), 'kept');
  return { root: scratch.store.root, outside, hurt, good, other, ...scratch.paths(hurt) };
}

const short = (root: string, findings: readonly Finding[]): string[] =>
  findings.map(({ kind, path: file }) => `${kind} ${path.relative(root, file)}`).sort();

/** What a person would miss of a session. */
const facts = ({ title, tags, settings, message_count, turn_count, token_usage, cost_usd }: SessionRow) => ({
  title,
  tags,
  settings,
  message_count,
  turn_count,
  token_usage,
  cost_usd,
});

describe('damaged input', () => {
  for (const { name, damage, row, found, rewrites = false, undone } of damagedInputs) {
    test(name, async (t) => {
      const scratch = openScratchStore(t);
      const { store } = scratch;
      const place = await twoSessions(scratch);
      await damage(place);
      // What a repair writes anew keeps its fields, and all else its bytes.
      const aside = rewrites ? [good, hurt] : [good];
      const [before, outside] = [storeFiles(place.root, aside), storeFiles(place.outside)];
      const look = async () => short(place.root, await store.doctor());
      const { all, left } = findingsOf(place, found);

      const rows = new Map((await store.list()).map((each) => [each.id, each]));
      const hurtRow = rows.get(hurt);
      const shown = hurtRow?.problem ? `${hurtRow.problem.kind}: ${hurtRow.problem.detail}` : hurtRow ? 'whole' : 'none';
      if (typeof row === 'string') assert.equal(shown, row);
      else assert.match(shown, row);
      assert.equal(rows.get(good)?.problem, undefined);
      assert.deepEqual(await look(), all);
      assert.deepEqual(storeFiles(place.root, aside), before, 'looking changes nothing');

      await store.doctor({ fix: true });
      assert.deepEqual(await look(), left);
      const kept = new Set(everything(place.root).values());
      for (const [file, digest] of before) assert.ok(kept.has(digest), `${file} is kept`);
      await store.update(good, () => ({ pinned: true }));

      const result = await store.undo();
      assert.equal(result?.what.startsWith('Mended '), left.length < found.length ? true : undefined);
      assert.deepEqual(await look(), findingsOf(place, undone ?? found).all);
      assert.deepEqual(storeFiles(place.root, aside), before);
      if (rewrites && hurtRow) assert.deepEqual(facts(await store.row(hurt)), facts(hurtRow));
      assert.equal((await store.row(good)).message_count, 2);
      assert.deepEqual(storeFiles(place.outside), outside);
    });
  }
});

describe('what any program would put right', () => {
  const acts: readonly (readonly [name: string, damage: (place: DamagePlace) => void | Promise<void>, found: string])[] = [
    ['a store that others can write to', ({ root }) => chmodSync(root, 0o777), 'permissions '],
    ['a store that git would take in', ({ root }) => rmSync(path.join(root, '.gitignore')), 'not_ignored .gitignore'],
    [
      'the lock of a process that is gone',
      async ({ root }) => {
        const owner = await deadOwner();
        mkdirSync(path.join(root, `sessions/${hurt}.lock`));
        writeFileSync(path.join(root, `sessions/${hurt}.lock/owner-${owner.nonce}.json`), JSON.stringify(owner));
      },
      `dead_lock sessions/${hurt}.lock`,
    ],
    [
      'the last words of a turn whose process is gone',
      async ({ folder }) => {
        mkdirSync(folder);
        const lines = [{ type: 'partial', owner: await deadOwner() }, message('last words', 'assistant')];
        writeFileSync(path.join(folder, 'partial.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      },
      `left_partial sessions/${hurt}/partial.jsonl`,
    ],
  ];
  for (const [name, damage, found] of acts) {
    test(name, async (t) => {
      const scratch = openScratchStore(t);
      const place = await twoSessions(scratch);
      await damage(place);
      const findings = await scratch.store.doctor({ fix: true });
      assert.deepEqual(short(place.root, findings), [found]);
      assert.ok(findings.every(({ kind }) => mendedInPlace.has(kind)));
      assert.deepEqual(await scratch.store.doctor(), []);
      assert.equal(await scratch.store.undo(), null, 'it is no change that undo would take back');
    });
  }

  test('is no part of the list of changes: undo after it takes back nothing else', async (t) => {
    const scratch = openScratchStore(t);
    const place = await twoSessions(scratch);
    writeFileSync(path.join(place.root, 'sessions', 'notes.txt'), 'mine');
    chmodSync(place.root, 0o777);
    const findings = await scratch.store.doctor({ fix: true });
    assert.deepEqual(
      findings.map(({ kind }) => [kind, mendedInPlace.has(kind)]),
      [
        ['permissions', true],
        ['stray_file', false],
      ],
    );
    assert.equal((await scratch.store.undo())?.what, 'Mended one thing');
    assert.equal(readFileSync(path.join(place.root, 'sessions', 'notes.txt'), 'utf8'), 'mine');
  });
});

describe('a folder’s own settings, which can come from a stranger', () => {
  const refused: readonly (readonly [text: string, found: readonly string[]])[] = [
    [
      'agents:\n  claude:\n    command: /tmp/evil\n    args: [x]\n    env: { A: b }\n',
      ['agents.claude.command', 'agents.claude.args', 'agents.claude.env'],
    ],
    ['{"agents": {"demo": {"command": "/tmp/evil"}}}', ['agents.demo.command']],
    ['agents: { claude: { defaults: { permission_mode: auto } } }', ['agents.claude.defaults.permission_mode']],
    ['store:\n  path: /tmp/elsewhere\n', ['store']],
    ['permissions:\n  allow: ["*"]\nbudget_usd: 1000\n', ['permissions.allow', 'budget_usd']],
    // What tightens, or only says how to work, is followed.
    ['agents: { claude: { defaults: { permission_mode: plan, model: opus } } }\ncontext: { history_limit: 3 }\n', []],
    ['budget: { session: { usd: 1 } }\n', []],
    ['', []],
  ];
  for (const [text, keys] of refused) {
    test(text.replaceAll('\n', ' ') || 'none', async (t) => {
      const scratch = openScratchStore(t);
      const { root } = await twoSessions(scratch);
      writeFileSync(path.join(root, 'config.yaml'), text);
      const findings = await scratch.store.doctor();
      assert.deepEqual(
        short(root, findings),
        keys.map(() => 'loose_settings config.yaml'),
      );
      for (const [index, key] of keys.entries()) assert.ok(findings[index]?.detail.startsWith(`it sets "${key}"`), key);
    });
  }

  test('that are no YAML, or a link, are told', async (t) => {
    const scratch = openScratchStore(t);
    const { root, outside } = await twoSessions(scratch);
    const file = path.join(root, 'config.yaml');
    writeFileSync(file, 'a: [');
    assert.deepEqual(short(root, await scratch.store.doctor()), ['damaged_config config.yaml']);
    rmSync(file);
    symlinkSync(path.join(outside, 'kept'), file);
    assert.deepEqual(short(root, await scratch.store.doctor()), ['link config.yaml']);
  });
});

describe('a store that others work in', () => {
  test('is looked at whatever comes and goes meanwhile', async (t) => {
    const gone = new Set<string>();
    const port = probedPort(nodeFilePort, {
      before: (call, [file]) => {
        if (call !== 'lstat' && call !== 'readFile' && call !== 'open') return;
        // What has a name that passes is gone when it is looked at.
        if (!/\.tmp$|\.lock$|owner-|cccc\.jsonl?$/.test(String(file))) return;
        gone.add(path.basename(String(file)));
        rmSync(String(file), { recursive: true, force: true });
      },
    });
    const scratch = openScratchStore(t);
    await twoSessions(scratch);
    await scratch.store.create({ id: other, workdir: '/p' });
    const sessions = path.join(scratch.store.root, 'sessions');
    const temporary = `.${good}.json.1.${'0'.repeat(32)}.tmp`;
    writeFileSync(path.join(sessions, temporary), '');
    mkdirSync(path.join(sessions, `${hurt}.lock`));
    writeFileSync(path.join(sessions, `${hurt}.lock`, 'owner-beef.json'), '{');
    const findings = await openStore(scratch.store.root, { actor: { program: 'test', surface: 'test' }, port }).doctor();
    assert.ok(
      [temporary, 'owner-beef.json', `${other}.jsonl`].every((name) => gone.has(name)),
      [...gone].join(),
    );
    assert.deepEqual(short(scratch.store.root, findings), []);
  });

  test('keeps the lock of a program that lives, whatever else lies in it', async (t) => {
    const scratch = openScratchStore(t);
    await twoSessions(scratch);
    const lock = path.join(scratch.store.root, 'sessions', `${hurt}.lock`);
    mkdirSync(lock);
    writeFileSync(path.join(lock, 'owner-beef.json'), JSON.stringify(await thisOwner('other', 'beef')));
    writeFileSync(path.join(lock, '.nfs1'), '');
    const long = new Date(Date.now() - 7_200_000);
    utimesSync(lock, long, long);
    assert.deepEqual(short(scratch.store.root, await scratch.store.doctor({ fix: true })), []);
    assert.deepEqual(readdirSync(lock).sort(), ['.nfs1', 'owner-beef.json']);
  });
});

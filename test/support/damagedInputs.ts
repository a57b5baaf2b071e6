import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { deadOwner } from './deadOwner.js';
import { message } from './scratchStore.js';

/** A session in a store, to be hurt. */
export interface DamagePlace {
  readonly root: string;
  /** Outside the store: what is here must never be touched. */
  readonly outside: string;
  readonly record: string;
  readonly transcript: string;
  readonly folder: string;
  /** Ids: of the session to hurt, of one that stays good, and one that no session has. */
  readonly hurt: string;
  readonly good: string;
  readonly other: string;
}

export interface DamagedInput {
  readonly name: string;
  readonly damage: (place: DamagePlace) => void | Promise<void>;
  /** How a list shows the damaged session: `kind: detail`, or `whole` where nothing of its record is amiss; `none` for no row. */
  readonly row: RegExp | 'whole' | 'none';
  /** What doctor finds: kind and path in the store. With `!`: it cannot be mended and stays. */
  readonly found: readonly string[];
  /** Mended, and undone, by another write of the record: its fields are put back, not its bytes. */
  readonly rewrites?: boolean;
  /** What doctor finds after the undo, where that is not what it found at first. */
  readonly undone?: readonly string[];
}

const [rec, log] = ['sessions/<hurt>.json', 'sessions/<hurt>.jsonl'];
const salvaged = /^salvaged: .*; shown as the transcript tells it$/;
const edit = (file: string, change: Readonly<Record<string, unknown>>): void => {
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
};
const latin1 = (file: string): void => writeFileSync(file, Buffer.from(readFileSync(file, 'utf8').replace('Fix', 'Größe'), 'latin1'));
const half = (file: string): void => truncateSync(file, Math.floor(readFileSync(file).length / 2));
const firstLine = (file: string, change: (line: string) => string): void => {
  const [line = '', ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [change(line), ...rest].join('\n'));
};
const megabytes = 'x'.repeat(50_000_000);

/** Every kind of damaged input, made of a whole session. In `found`, `<hurt>` and `<other>` stand for those ids. */
export const damagedInputs: readonly DamagedInput[] = [
  // The record.
  { name: 'a truncated record', damage: ({ record }) => half(record), row: salvaged, found: [`damaged_record ${rec}`] },
  { name: 'an empty record', damage: ({ record }) => truncateSync(record), row: /is empty; shown as/, found: [`damaged_record ${rec}`] },
  {
    name: 'a record of zeros',
    damage: ({ record }) => writeFileSync(record, Buffer.alloc(400)),
    row: salvaged,
    found: [`damaged_record ${rec}`],
  },
  {
    name: 'a record of the wrong shape',
    damage: ({ record }) => edit(record, { title: 7 }),
    row: /does not fit at "title"/,
    found: [`damaged_record ${rec}`],
  },
  {
    name: 'a record that is an array',
    damage: ({ record }) => writeFileSync(record, '[]'),
    row: salvaged,
    found: [`damaged_record ${rec}`],
  },
  { name: 'a record that is not UTF-8', damage: ({ record }) => latin1(record), row: /is not UTF-8/, found: [`damaged_record ${rec}`] },
  {
    name: 'a record that is one line of 50 MB',
    damage: ({ record }) => writeFileSync(record, megabytes),
    row: /is not JSON/,
    found: [`damaged_record ${rec}`],
  },
  {
    name: 'a record of a newer version',
    damage: ({ record }) => edit(record, { version: 2 }),
    row: /^newer: it has version 2/,
    found: [`!newer_version ${rec}`],
  },
  {
    name: 'a record of a newer version and another shape',
    damage: ({ record }) => writeFileSync(record, '{"version":9,"sessions":{}}'),
    row: /^newer: .* has version 9/,
    found: [`!newer_version ${rec}`],
  },
  {
    name: 'a record whose id leads out',
    damage: ({ record }) => edit(record, { id: '../../etc/passwd' }),
    row: /does not fit at "id"/,
    found: [`damaged_record ${rec}`],
  },
  {
    name: 'a record that says another id',
    damage: ({ record, good }) => edit(record, { id: good }),
    row: /says that it is session [0-9a-f]{32}/,
    found: [`wrong_id ${rec}`],
  },
  {
    name: 'a record that is a link out of the store',
    damage({ record, outside }) {
      copyFileSync(record, path.join(outside, 'record.json'));
      rmSync(record);
      symlinkSync(path.join(outside, 'record.json'), record);
    },
    row: /^unreadable: the record is a symbolic link, which is not followed$/,
    found: [`link ${rec}`],
  },
  {
    name: 'a record that is a folder',
    damage({ record }) {
      rmSync(record);
      mkdirSync(record);
    },
    row: /^unreadable: the record is not a file$/,
    found: [`unreadable ${rec}`],
  },
  {
    name: 'a record without its transcript',
    damage: ({ transcript }) => rmSync(transcript),
    row: /^orphaned: the transcript is missing$/,
    found: [`no_transcript ${rec}`],
    rewrites: true,
  },
  {
    name: 'a record that lets more through than asking',
    damage: ({ record }) => edit(record, { settings: { permission_mode: 'auto' } }),
    row: 'whole',
    found: [`loose_settings ${rec}`],
    rewrites: true,
  },
  {
    name: 'a damaged record without a transcript, its folder beside it',
    damage({ record, transcript, folder }) {
      rmSync(transcript);
      writeFileSync(record, '{');
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'draft.txt'), 'unsent');
    },
    row: /^damaged: .*is not JSON$/,
    found: [`damaged_record ${rec}`],
  },
  {
    name: 'a session of which nothing can be read',
    damage({ record, transcript }) {
      writeFileSync(record, '');
      writeFileSync(transcript, Buffer.alloc(100, 0xff));
    },
    row: /^damaged: .*is empty$/,
    found: [`damaged_record ${rec}`, `torn ${log}`],
  },
  {
    name: 'duplicate ids: copies of a record under names that are no id',
    damage({ root, record, hurt }) {
      for (const name of ['copy of it.json', `${hurt}.2.json`, `${hurt.toUpperCase()}.json`])
        copyFileSync(record, path.join(root, 'sessions', name));
    },
    row: 'whole',
    found: ['stray_file sessions/copy of it.json', 'stray_file sessions/<hurt>.2.json', 'stray_file sessions/<HURT>.json'],
  },
  {
    name: 'duplicate ids: a whole session copied under another id',
    damage({ root, record, transcript, other }) {
      copyFileSync(record, path.join(root, `sessions/${other}.json`));
      copyFileSync(transcript, path.join(root, `sessions/${other}.jsonl`));
    },
    row: 'whole',
    found: ['wrong_id sessions/<other>.json', '!wrong_id sessions/<other>.jsonl'],
  },
  // The transcript.
  {
    name: 'a transcript without its record',
    damage: ({ record }) => rmSync(record),
    row: /^orphaned: the record is missing/,
    found: [`no_record ${log}`],
  },
  {
    name: 'duplicate ids: a transcript copied under another id',
    damage: ({ root, transcript, other }) => copyFileSync(transcript, path.join(root, `sessions/${other}.jsonl`)),
    row: 'whole',
    found: ['wrong_id sessions/<other>.jsonl'],
  },
  {
    name: 'a transcript that lost its name with its record',
    damage({ root, record, transcript, other }) {
      rmSync(record);
      renameSync(transcript, path.join(root, `sessions/${other}.jsonl`));
    },
    row: 'none',
    found: ['wrong_id sessions/<other>.jsonl'],
  },
  {
    name: 'a transcript without its record, whose id leads out',
    damage({ record, transcript, hurt }) {
      rmSync(record);
      firstLine(transcript, (line) => line.replace(hurt, '../../../etc/passwd'));
    },
    row: /^orphaned: /,
    found: [`no_record ${log}`, `!wrong_id ${log}`],
  },
  {
    name: 'a transcript cut in the midst of a line',
    damage: ({ transcript }) => half(transcript),
    row: /^salvaged: the transcript was cut: it has \d+ of \d+ bytes$/,
    found: [`cut_transcript ${log}`, `!torn ${log}`],
    rewrites: true,
    undone: [`damaged_line ${log}`],
  },
  {
    name: 'an empty transcript',
    damage: ({ transcript }) => truncateSync(transcript),
    row: /^salvaged: the transcript was cut: it has 0 of/,
    found: [`cut_transcript ${log}`],
    rewrites: true,
  },
  {
    name: 'a transcript whose last line was torn by a crash',
    damage: ({ transcript }) => appendFileSync(transcript, '{"type":"message","id":"torn"'),
    row: 'whole',
    found: [`!torn ${log}`],
  },
  {
    name: 'lines that are not JSON, not UTF-8, of the wrong shape and of a newer program',
    damage({ transcript }) {
      appendFileSync(transcript, 'not json\n');
      appendFileSync(transcript, Buffer.from([0xff, 0xfe, 0x0a]));
      appendFileSync(transcript, '{"type":"message","id":7}\n{"type":"hologram","id":"h","timestamp":"2026-01-01T00:00:00Z"}\n');
    },
    row: 'whole',
    found: [`!damaged_line ${log}`, `!damaged_line ${log}`, `!damaged_line ${log}`, `!newer_line ${log}`],
  },
  {
    name: 'a line of 50 MB that is an entry',
    damage: ({ transcript }) => appendFileSync(transcript, `${JSON.stringify(message('big', 'assistant', { error: megabytes }))}\n`),
    row: 'whole',
    found: [`!long_line ${log}`],
  },
  {
    name: 'a line of 50 MB that is nothing',
    damage: ({ transcript }) => appendFileSync(transcript, `${megabytes}\n`),
    row: 'whole',
    found: [`!damaged_line ${log}`, `!long_line ${log}`],
  },
  {
    name: 'a transcript of a newer version, and no record',
    damage({ record, transcript }) {
      rmSync(record);
      firstLine(transcript, (line) => line.replace('"version":1', '"version":2'));
    },
    row: /^newer: .*has version 2/,
    found: [`!newer_version ${log}`],
  },
  {
    name: 'a transcript that is a link out of the store',
    damage({ transcript, outside }) {
      renameSync(transcript, path.join(outside, 'log.jsonl'));
      symlinkSync(path.join(outside, 'log.jsonl'), transcript);
    },
    row: /^unreadable: the transcript is a symbolic link, which is not followed$/,
    found: [`link ${log}`],
    rewrites: true,
  },
  // What is beside them.
  {
    name: 'a session’s folder that is a link out of the store',
    damage: ({ folder, outside }) => symlinkSync(outside, folder),
    row: 'whole',
    found: ['link sessions/<hurt>'],
  },
  {
    name: 'lease and partial that are links, or not ours',
    damage({ folder, outside }) {
      mkdirSync(folder);
      writeFileSync(path.join(outside, 'secret'), 'secret');
      symlinkSync(path.join(outside, 'secret'), path.join(folder, 'partial.jsonl'));
      writeFileSync(path.join(folder, 'lease.json'), '{}');
    },
    row: 'whole',
    found: ['link sessions/<hurt>/partial.jsonl', 'strange_lease sessions/<hurt>/lease.json'],
  },
  {
    name: 'a folder whose session is gone',
    damage({ root, other }) {
      mkdirSync(path.join(root, 'sessions', other));
      writeFileSync(path.join(root, 'sessions', other, 'draft.txt'), 'unsent');
    },
    row: 'whole',
    found: ['stray_folder sessions/<other>'],
  },
  {
    name: 'notes of moves that lead out of the store, or cannot be made',
    async damage({ root, good, hurt }) {
      const owner = await deadOwner();
      mkdirSync(path.join(root, 'pending'));
      const note = (name: string, from: string): void =>
        writeFileSync(path.join(root, 'pending', name), JSON.stringify({ owner, steps: [{ id: '', from, to: `sessions/${good}.json` }] }));
      note('out.json', '../outside/kept');
      note('taken.json', `sessions/${hurt}.json`);
    },
    row: 'whole',
    found: ['strange_note pending/out.json', 'stuck_note pending/taken.json'],
  },
];

/** What doctor should find, with the ids filled in: of all, and of what it cannot mend. */
export function findingsOf({ hurt, other }: DamagePlace, found: readonly string[]): { readonly all: string[]; readonly left: string[] } {
  const whole = found.map((each) => each.replaceAll('<hurt>', hurt).replaceAll('<HURT>', hurt.toUpperCase()).replaceAll('<other>', other));
  return {
    all: whole.map((each) => each.replace('!', '')).sort(),
    left: whole.flatMap((each) => (each.startsWith('!') ? [each.slice(1)] : [])).sort(),
  };
}

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openScratchStore } from '../support/openScratchStore.js';
import { until } from '../support/until.js';

test('a sessions folder that was made anew in a blink is the one that is watched from then on', async (t) => {
  const { store, paths } = openScratchStore(t);
  const { id } = await store.create({ workdir: '/p' });
  const { transcript } = paths(id);
  const heard: (readonly string[])[] = [];
  t.after(store.watch((ids) => heard.push(ids)));
  await delay(300);
  rmSync(path.dirname(transcript), { recursive: true });
  mkdirSync(path.dirname(transcript));
  writeFileSync(transcript, '');
  await until('it is told', () => heard.length > 0);
  await delay(600);
  // No name in the folder changes by that: only who watches it hears.
  const before = heard.length;
  appendFileSync(transcript, '\n');
  await until('what grows in it is told', () => heard.slice(before).some((ids) => ids.includes(id)));
  assert.ok(heard.every((ids) => ids.length <= 1));
});

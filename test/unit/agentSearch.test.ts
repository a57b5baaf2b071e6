import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { searchAgent } from '../../src/agents/agentSearch.js';
import { acpWay, type AgentRow } from '../../src/agents/agentTable.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

describe('an agent that can be started in two ways', () => {
  const scratch = makeScratchFolder('ways');
  after(() => scratch.remove());
  const row: AgentRow = {
    name: 'two',
    title: 'Two',
    ways: [
      { ...acpWay('two-acp', ['resume', 'models']), package: 'two-acp' },
      { ...acpWay('two', ['resume', 'fork_at']), via: 'own', args: ['serve'], package: '@two/cli' },
    ],
  };
  const bin = (name: string, ...programs: readonly string[]): string => {
    const folder = path.join(scratch.folder, name);
    mkdirSync(folder, { recursive: true });
    for (const program of programs) {
      writeFileSync(path.join(folder, program), '#!/bin/sh\n');
      chmodSync(path.join(folder, program), 0o755);
    }
    return folder;
  };

  test('is started in the better way where both programs are there', async () => {
    const { info, found } = await searchAgent(row, {}, { folders: [bin('both', 'two', 'two-acp')], refuse: [] });
    assert.deepEqual([info.via, info.can], ['acp', ['resume', 'models']]);
    assert.deepEqual(
      found.map(({ way }) => way.via),
      ['acp', 'own'],
    );
  });

  test('is started by its own interface where only that program is there', async () => {
    const folder = bin('one', 'two');
    const { info } = await searchAgent(row, {}, { folders: [folder], refuse: [] });
    assert.deepEqual([info.via, info.can, info.path, info.problem], ['own', ['resume', 'fork_at'], path.join(folder, 'two'), undefined]);
  });

  test('takes neither program from a refused folder, and names both as missing', async () => {
    const folder = bin('refused', 'two', 'two-acp');
    const { info, found } = await searchAgent(row, {}, { folders: [folder], refuse: [folder] });
    assert.deepEqual(found, []);
    assert.equal(info.via, undefined);
    assert.equal(info.problem, '“two-acp” was not found on the PATH, nor was “two”');
    assert.equal(info.install, 'npm install -g two-acp');
  });

  test('speaks with the program that the config names as its name says', async () => {
    const folder = bin('named', 'two', 'two-acp', 'other');
    const viaOf = async (command: string): Promise<unknown[]> => {
      const { info, found } = await searchAgent(row, { command }, { folders: [folder], refuse: [] });
      return [info.via, found.length, found[0]?.way.args];
    };
    assert.deepEqual(await viaOf('two'), ['own', 1, ['serve']]);
    assert.deepEqual(await viaOf(path.join(folder, 'two')), ['own', 1, ['serve']]);
    assert.deepEqual(await viaOf(path.join(folder, 'other')), ['acp', 1, []]);
  });
});

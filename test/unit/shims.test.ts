import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { shims } from '../../src/extension/shims.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const scratch = makeScratchFolder('shims');
after(() => scratch.remove());

describe('the skein command of the terminal', () => {
  test('runs the script with the editor as Node, and passes arguments as they are', () => {
    const folder = path.join(scratch.folder, "it's here $HOME");
    mkdirSync(folder);
    const script = path.join(folder, 'skein.js');
    writeFileSync(script, 'console.log(JSON.stringify([process.env.ELECTRON_RUN_AS_NODE, ...process.argv.slice(2)]))');
    const [posix] = shims(process.execPath, script);
    assert.ok(posix);
    const file = path.join(folder, posix.name);
    writeFileSync(file, posix.text);
    chmodSync(file, posix.mode);
    const out = execFileSync(file, ['a b', '$x', '"q"', '']).toString();
    assert.deepEqual(JSON.parse(out), ['1', 'a b', '$x', '"q"', '']);
  });

  test('on Windows doubles what a batch file would expand', () => {
    const text = shims('C:\\100%\\Code.exe', 'C:\\ext\\skein.js')[1]?.text ?? '';
    assert.match(text, /^"C:\\100%%\\Code\.exe" "C:\\ext\\skein\.js" %\*\r$/m);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandId, commandNames } from '../../src/extension/commandTable.js';
import { groupings } from '../../src/extension/rowGroups.js';
import { l10nStrings } from '../support/l10nStrings.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): unknown => JSON.parse(readFileSync(root + file, 'utf8'));

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
    readonly viewsWelcome: readonly { readonly contents: string; readonly when: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string; readonly enum?: readonly string[] }>>;
    };
    readonly walkthroughs: readonly { readonly steps: readonly { readonly media: { readonly svg: string } }[] }[];
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const manifest = read('package.json') as Manifest;
const words = read('package.nls.json') as Readonly<Record<string, string>>;
const { contributes } = manifest;
const ids: readonly string[] = commandNames.map(commandId);

describe('the manifest', () => {
  test('has the commands of the command table, no more and no fewer', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), [...ids].sort());
    for (const { category } of contributes.commands) assert.equal(category, 'Skein');
  });

  test('names only known commands in menus, keys and links', () => {
    const used = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...contributes.keybindings.map(({ command }) => command),
      ...Object.values(words).flatMap((text) => [...text.matchAll(/\(command:(skein\.\w+)(?=[)?])/g)].map(([, command]) => command ?? '')),
    ];
    assert.ok(used.length > 50);
    for (const command of used) assert.ok(ids.includes(command), `${command} is not in the command table`);
  });

  test('has words for every string, and uses each of them', () => {
    const keys = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(keys)].sort(), Object.keys(words).sort());
    for (const [key, text] of Object.entries(words)) assert.doesNotMatch(text, /!(?!\[)|\boops\b/i, key);
  });

  test('asks only for context keys that the extension sets', () => {
    const source = readdirSync(`${root}src/extension`)
      .map((file) => readFileSync(`${root}src/extension/${file}`, 'utf8'))
      .join('\n');
    const set = new Set(
      [...(/interface ContextKeys \{([^}]*)\}/.exec(source)?.[1] ?? '').matchAll(/readonly (\w+):/g)].map(
        ([, name]) => `skein.${name ?? ''}`,
      ),
    );
    const clauses = [...JSON.stringify(contributes).matchAll(/"(?:when|enablement)":"((?:[^"\\]|\\.)*)"/g)].map(
      ([, clause]) => clause ?? '',
    );
    const asked = clauses
      .flatMap((clause) => [...clause.matchAll(/skein\.\w+/g)].map(([key]) => key))
      .filter((key) => !['skein.sessions', 'skein.chat'].includes(key));
    assert.ok(asked.length > 5);
    for (const key of asked) assert.ok(set.has(key), `${key} is not set by contextKeys.ts`);
  });

  test('keeps what starts programs out of the reach of a folder', () => {
    const { properties } = contributes.configuration;
    for (const name of ['skein.agents', 'skein.store.path']) {
      assert.equal(properties[name]?.scope, 'machine');
      assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(name));
    }
  });

  test('offers the groupings that the tree knows', () => {
    assert.deepEqual(contributes.configuration.properties['skein.groupBy']?.enum, [...groupings]);
  });

  test('names pictures that are there', () => {
    const files = [manifest.icon, ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg))];
    for (const file of files) assert.ok(existsSync(root + file), file);
    // The size in a PNG's header: width and height at bytes 16 and 20.
    const icon = readFileSync(root + manifest.icon);
    assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [128, 128]);
  });

  test('has a bundle of words with every text that the code says', () => {
    const bundle = read('l10n/bundle.l10n.json') as Readonly<Record<string, string>>;
    assert.deepEqual(Object.keys(bundle), [...l10nStrings(`${root}src/extension`)].sort());
    for (const [key, text] of Object.entries(bundle)) assert.equal(text, key);
  });
});

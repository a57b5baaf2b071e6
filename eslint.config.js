import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const recordRule = {
  selector: "CallExpression[callee.property.name='parse'][callee.object.name='sessionRecordSchema']",
  message: 'Every read and write of a record goes through lowdb (src/store/recordFile.ts): a second door would skip its checks.',
};

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'test/fixtures/', '.cache/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['.config/tsconfig.node.json', '.config/tsconfig.webview.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export: a default export has another name in each file that imports it.' },
        { selector: 'TSEnumDeclaration', message: 'A union of string literals is what crosses the wire; an enum is a second name for it.' },
        recordRule,
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A void arrow in a listener is plain to read.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['src/store/recordFile.ts'], rules: { 'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' }] } },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test's describe and test return promises that the runner awaits.
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'describe', 'it', 'suite'], package: 'node:test' }] }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // An assertion narrows what it compared; the `?.` after it is no mistake.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A client is taken apart for reading's sake; its functions are closures.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
);

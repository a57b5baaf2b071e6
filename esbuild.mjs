// Builds every bundle of the product into dist/. `--watch` keeps building, `--analyze` prints what each bundle is made of.
import { rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { analyzeMetafile, build, context } from 'esbuild';
import { lazyBuiltins } from './.config/lazyBuiltins.mjs';
import { oneVscode } from './.config/oneVscode.mjs';

const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'info',
  metafile: process.argv.includes('--analyze'),
  define: { __VERSION__: JSON.stringify(version) },
};
// CommonJS packages inside an ES module bundle still call require.
const requireShim = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
// zod asks for `navigator`, which the extension host reports as an error; Node has nothing to tell there.
const node = { ...common, platform: 'node', target: 'node20', define: { ...common.define, navigator: 'undefined' } };
/** The SDKs of models and of MCP stand beside the programs, which live in folders of dist/: each bundle asks for the same files. */
const besideSdks = {
  name: 'sdks',
  setup: ({ onResolve }) =>
    void onResolve({ filter: /\/(modelSdk|mcpSdk)\.js$/ }, ({ path }) => ({ path: `../${path.split('/').at(-1).replace('.js', '.cjs')}`, external: true })),
};
/** The SDKs take all of zod, with 50 languages that nobody asks for. */
const withoutLocales = {
  name: 'without-locales',
  setup: ({ onLoad }) => void onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" })),
};
const esm = { ...node, format: 'esm', outdir: 'dist', banner: { js: requireShim }, plugins: [lazyBuiltins, besideSdks] };

/** A bundle of CommonJS that knows where it is, as an ES module does. */
const script = {
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  define: { ...node.define, 'import.meta.url': '__url' },
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
};

const bundles = [
  // The language client and the parsing of what webviews post are bundles of their own, loaded when first needed: activation stays short.
  { ...node, format: 'cjs', entryPoints: { extension: 'src/extension/activate.ts' }, outdir: 'dist', outExtension: { '.js': '.cjs' }, plugins: [oneVscode] },
  { ...node, format: 'cjs', entryPoints: { languageClient: 'src/extension/languageClient.ts', webviewMessages: 'src/extension/webviewMessages.ts' }, outdir: 'dist', outExtension: { '.js': '.cjs' }, plugins: [oneVscode] },
  // The command line is one file: a list would need 40 chunks, and finding each takes longer than running it. Its parts
  // still run when they are first imported. It is a script, which the entry loads with its compiled code: src/cli/codeCache.ts.
  { ...esm, entryPoints: { 'cli/skein': 'src/cli/skein.ts' }, external: ['./main.js'] },
  {
    ...node,
    format: 'cjs',
    plugins: [lazyBuiltins, besideSdks],
    entryPoints: { 'cli/main': 'src/cli/main.ts' },
    ...script,
    // What stands beside it is required: an import out of a script that was loaded with its code makes Node warn on stderr.
    supported: { 'dynamic-import': false },
  },
  { ...esm, splitting: true, chunkNames: 'chunks/[name]-[hash]', entryPoints: { server: 'src/server/main.ts', demoAgent: 'src/agents/demoAgent.ts' } },
  { ...node, format: 'cjs', plugins: [withoutLocales], entryPoints: { modelSdk: 'src/agents/modelSdk.ts', mcpSdk: 'src/mcp/mcpSdk.ts' }, ...script },
  { ...common, platform: 'browser', target: 'es2022', format: 'iife', entryPoints: { panel: 'webview-ui/main.tsx', usage: 'webview-ui/usage/main.tsx' }, jsx: 'automatic', jsxImportSource: 'preact', outdir: 'dist/webview' },
  { ...common, entryPoints: { panel: 'webview-ui/panel.css', usage: 'webview-ui/usage.css' }, outdir: 'dist/webview' },
];

await rm('dist', { recursive: true, force: true });
if (watch) {
  await Promise.all(bundles.map(async (options) => (await context(options)).watch()));
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  for (const { metafile } of results) if (metafile) process.stdout.write(await analyzeMetafile(metafile));
}

import { fileURLToPath } from 'node:url';
import { layers, onlyIn } from './layers.mjs';

const forbidden = [
  { name: 'no-circular', comment: 'a cycle means two files are one idea, or a third is missing', severity: 'error', from: {}, to: { circular: true } },
  // Without this an import that cannot be found passes every other rule in silence.
  { name: 'not-resolvable', comment: 'an import that resolves to nothing', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  { name: 'no-orphans', comment: 'a file nothing imports is not needed', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
  { name: 'not-to-tests', comment: 'the product does not know its tests', severity: 'error', from: { path: '^(src|webview-ui)/' }, to: { path: '^test/' } },
  {
    name: 'webview-layers',
    comment: 'the panel knows words and messages alone: it runs in a browser',
    severity: 'error',
    from: { path: '^webview-ui/' },
    to: { path: '^src/', pathNot: '^src/(model|protocol)/' },
  },
  ...Object.entries(layers).map(([layer, allowed]) => ({
    name: `layer-${layer}`,
    comment: `src/${layer} may import ${allowed.join(', ') || 'nothing'} of src, so that each surface stays a skin on the core`,
    severity: 'error',
    from: { path: `^src/${layer}/` },
    to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
  })),
  ...onlyIn.map(({ what, layer, why }) => ({
    name: `only-${layer.replace(/\W+/g, '-')}`,
    comment: why,
    severity: 'error',
    from: { path: '^(src|webview-ui)/', pathNot: `^${layer}` },
    to: { path: what },
  })),
];

export default {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: fileURLToPath(new URL('tsconfig.webview.json', import.meta.url)) },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'require', 'default', 'types'], extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts'] },
  },
};

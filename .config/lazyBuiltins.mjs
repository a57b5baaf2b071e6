import { createRequire, isBuiltin } from 'node:module';

const require = createRequire(import.meta.url);

/** What Node has loaded before any program starts: taking it costs nothing. */
const present = new Set(['buffer', 'events', 'fs', 'os', 'path', 'process', 'timers', 'timers/promises', 'url', 'util']);

/**
 * An esbuild plugin that lets a bundle load Node's own modules when they are first used. An `import` of one runs all the
 * getters that it exports, and with them half of Node (streams, web crypto, workers): 20 ms for a list that needs none of it.
 */
export const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind, namespace }) => {
      const name = path.replace(/^node:/, '');
      if (namespace === 'builtin' || name === 'module' || !isBuiltin(path)) return undefined;
      const stoodInFor = kind === 'import-statement' || (kind === 'require-call' && !present.has(name) && isPlain(name));
      return stoodInFor ? { path: name, namespace: 'builtin' } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(require(`node:${path}`)).filter((name) => /^[a-z_$][\w$]*$/i.test(name) && name !== 'default');
      return { contents: present.has(path) || !isPlain(path) ? taken(path, names) : lazy(path, names) };
    });
  },
};

/** Some modules are a function or a class themselves (`events`, `assert`), for which no other object can stand in. */
const isPlain = (name) => typeof require(`node:${name}`) === 'object';

/** An ES module, of which the bundle keeps the exports that are used. */
function taken(path, names) {
  const exported = names.map((name) => `const $${name} = /* @__PURE__ */ part('${name}'); export { $${name} as ${name} };`);
  return `const all = require('node:${path}'); const part = (name) => all[name]; export default all; ${exported.join('\n')}`;
}

/** An object with the module's exports, which loads it when one of them is asked for. */
function lazy(path, names) {
  const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
  return `let all; const load = () => (all ??= require('node:${path}')); module.exports = { ${getters.join(', ')} };`;
}

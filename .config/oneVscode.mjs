/**
 * An esbuild plugin that takes VS Code's interface once for all of a bundle. As an `import` of what is no ES module, each file
 * that uses it would make an object of its own with all of its 400 members: half of what loading the extension took.
 */
export const oneVscode = {
  name: 'one-vscode',
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'vscode' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'vscode' },
    );
    // Its own members are none, so that nothing is copied: they are found behind it.
    build.onLoad({ filter: /.*/, namespace: 'vscode' }, () => ({ contents: "module.exports = Object.create(require('vscode'));" }));
  },
};

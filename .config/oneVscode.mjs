/**
 * An esbuild plugin that takes VS Code's interface once for all of a bundle. As an `import` of what is no ES module, each file
 * that uses it would make an object of its own with all of its 400 members: half of what loading the extension took.
 */
export const oneVscode = {
  name: 'one-vscode',
  setup(build) {
    // Scripts, such as the language client's, take it as it is, and look for its own members.
    build.onResolve({ filter: /^vscode$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'vscode', namespace: 'vscode' } : { path: 'vscode', external: true },
    );
    // Its own members are none, so that nothing is copied: they are found behind it.
    build.onLoad({ filter: /.*/, namespace: 'vscode' }, () => ({ contents: "module.exports = Object.create(require('vscode'));" }));
  },
};

/** The layers of the product, each with those it may import. The one table that lint and the structure test read. */
export const layers = {
  model: [],
  protocol: ['model'],
  store: ['model'],
  sqlite: ['model'],
  sources: ['model', 'sqlite'],
  search: ['model', 'sqlite'],
  agents: ['model'],
  core: ['model', 'store', 'sources', 'search', 'agents'],
  server: ['model', 'protocol', 'core'],
  // `skein call`, `skein server` and `skein mcp` are the doors of other layers, reached from the command line.
  cli: ['model', 'core', 'server', 'mcp'],
  mcp: ['model', 'core'],
  extension: ['model', 'protocol'],
};

/** Packages that only one layer may import, so that each can be replaced in one place. */
export const onlyIn = [
  { what: '^vscode$', layer: 'src/extension', why: 'logic does not know VS Code: that keeps it testable without a host' },
  {
    what: 'node_modules/(lowdb|proper-lockfile)/',
    layer: 'src/store',
    why: 'the store owns what is on disk: nothing else opens a session file',
  },
  { what: 'node_modules/@agentclientprotocol/sdk/', layer: 'src/agents', why: 'the protocol of agents stays behind src/agents/agent.ts' },
  { what: 'node_modules/@modelcontextprotocol/', layer: 'src/mcp', why: 'what agents may do is in src/core; src/mcp only speaks the protocol' },
  {
    what: 'node_modules/@ai-sdk/',
    layer: 'src/agents/modelSdk\\.ts',
    why: 'it is big: one file is its bundle, loaded when an endpoint is first asked',
  },
  {
    what: 'node_modules/@vscode/webview-ui-toolkit/',
    layer: 'webview-ui/toolkit\\.ts',
    why: 'the toolkit is not developed any more: one file imports it, so that it can be replaced',
  },
];

import type { Folder } from './folder.js';

/** How the editor starts the session tools of a folder. */
export interface McpServer {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One for each folder that the person trusts: in another nothing is started. The editor's own Node runs the command line. */
export function mcpServers(folders: readonly Folder[], program: string, script: string, title: string): readonly McpServer[] {
  const trusted = folders.filter((folder) => folder.trusted);
  return trusted.map((folder) => ({
    label: trusted.length === 1 ? title : `${title}: ${folder.name}`,
    command: program,
    args: [script, 'mcp', '--path', folder.path],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }));
}

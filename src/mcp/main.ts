import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import { doorClient, type DoorClient } from '../core/door/doorClient.js';
import { openWorkspace } from '../core/openWorkspace.js';
import type { Workspace } from '../core/workspace.js';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type * as McpSdk from './mcpSdk.js';
import { sessionTools, type ToolName } from '../model/sessionTools.js';

export interface McpOptions {
  /** The folder whose sessions it is about, real. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly logger: Logger;
}

/** How a tool is carried out. */
type RunTool = DoorClient;

/**
 * Serves the session tools over stdin and stdout until stdin ends. Started by an agent of Skein, it passes every call to the
 * process that runs the agent's turn; else it opens the folder itself, and nobody can be asked for permission.
 */
export async function serveMcp({ folder, env, version, logger }: McpOptions): Promise<void> {
  const door = doorClient(env);
  const workspace = door ? undefined : await openWorkspace(folder, { program: 'mcp', surface: 'mcp', env, logger, trusted: () => true });
  const run = door ?? ownTools(workspace as Workspace, env);
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const sdk = await import('./mcpSdk.js');
  const connection = sdk.serveStdio(() => mcpServer(sdk, run, version), {
    onerror: (error) => logger.warn(`the MCP client: ${error.message}`),
  });
  await ended;
  await connection.close();
  await workspace?.dispose();
}

/** The tools of a folder, for a client that Skein did not start. Nobody sees its sessions run: what they ask for is refused. */
function ownTools(workspace: Workspace, env: McpOptions['env']): RunTool {
  workspace.onTurn((id, _seq, update) => {
    if (update.kind !== 'permission') return;
    const refusal = update.request.options.find(({ kind }) => kind === 'reject_once');
    workspace.running(id)?.respond(update.request.id, refusal?.id ?? null);
  });
  const depth = Number(env['SKEIN_DEPTH'] ?? 0);
  return (tool, params, signal) =>
    workspace.runTool(tool, params, { session: env['SKEIN_SESSION'] || undefined, depth: Number.isInteger(depth) ? depth : 0, signal });
}

function mcpServer(sdk: typeof McpSdk, run: RunTool, version: string): McpServer {
  const server = new sdk.McpServer(
    { name: 'skein', title: 'Skein sessions', version },
    { instructions: 'The AI-agent sessions of this folder: read what was said in others, ask them something, start new ones.' },
  );
  for (const name of Object.keys(sessionTools) as ToolName[]) {
    const { title, description, reads, params, result } = sessionTools[name];
    const annotations = { readOnlyHint: reads, destructiveHint: false, openWorldHint: !reads };
    server.registerTool(
      name,
      { title, description, inputSchema: params, outputSchema: result, annotations },
      (args: unknown, { mcpReq }: ServerContext): Promise<CallToolResult> => resultOf(run(name, args, mcpReq.signal)),
    );
  }
  return server;
}

/** An error is an answer too: the agent is to read why, and what would help. */
async function resultOf(work: ReturnType<RunTool>): Promise<CallToolResult> {
  try {
    const result = await work;
    return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: { ...result } };
  } catch (error) {
    const hint = error instanceof SessionError && error.hint !== undefined ? ` (${error.hint})` : '';
    const code = error instanceof SessionError ? error.code : 'failed';
    return { content: [{ type: 'text', text: `${code}: ${messageOf(error)}${hint}` }], isError: true };
  }
}

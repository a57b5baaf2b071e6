import * as z from 'zod';
import type { PermissionRequest } from '../../model/turn.js';

const serverSchema = z.looseObject({ name: z.string(), source: z.string() });
const metaSchema = z.looseObject({ claudeCode: z.looseObject({ toolName: z.string(), mcpServer: serverSchema }) });

/**
 * The tool of an MCP server that Claude Code was given when it was started (`dynamic`). One of the folder's or the person's own
 * settings is none, whatever it calls itself; nor is one of a version that does not tell where a server is from.
 */
export function claudeGivenTool(toolName: string, server: unknown): PermissionRequest['mcp'] {
  const { name, source } = serverSchema.safeParse(server).data ?? {};
  const prefix = `mcp__${name ?? ''}__`;
  return name !== undefined && source === 'dynamic' && toolName.startsWith(prefix)
    ? { server: name, tool: toolName.slice(prefix.length) }
    : undefined;
}

/** The same, of what claude-agent-acp adds to its question. */
export function claudeGivenToolOf(meta: unknown): PermissionRequest['mcp'] {
  const { toolName, mcpServer } = metaSchema.safeParse(meta).data?.claudeCode ?? {};
  return toolName === undefined ? undefined : claudeGivenTool(toolName, mcpServer);
}

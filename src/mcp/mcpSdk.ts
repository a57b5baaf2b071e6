// The MCP SDK, as a bundle of its own (see esbuild.mjs): loaded by `skein mcp` alone, and no other command pays for it. Nothing of
// ours is in it, or its classes would be there twice.
export { McpServer } from '@modelcontextprotocol/server';
export { serveStdio } from '@modelcontextprotocol/server/stdio';

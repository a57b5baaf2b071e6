import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

export interface McpPlace {
  readonly client: Client;
  /** Calls a tool that has to succeed; its result. */
  call<T>(name: string, args: object): Promise<T>;
  /** Calls a tool that has to be refused; what it says. */
  refused(name: string, args: object): Promise<string>;
}

export interface McpServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs with the official client connected to an MCP server, which is ended afterwards. */
export async function withMcp({ command, args, env }: McpServerProgram, run: (place: McpPlace) => Promise<unknown>): Promise<void> {
  const client = new Client({ name: 'skein-tests', version: '1' });
  await client.connect(new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'inherit' }));
  const text = (content: unknown): string => (content as readonly { text: string }[]).map((block) => block.text).join('\n');
  const callTool = (name: string, args: object) => client.callTool({ name, arguments: { ...args } });
  try {
    await run({
      client,
      async call<T>(name: string, args: object) {
        const { content, structuredContent, isError } = await callTool(name, args);
        assert.notEqual(isError, true, text(content));
        assert.deepEqual(JSON.parse(text(content)), structuredContent);
        return structuredContent as T;
      },
      async refused(name, args) {
        const { content, isError } = await callTool(name, args);
        assert.equal(isError, true, text(content));
        return text(content);
      },
    });
  } finally {
    await client.close();
  }
}

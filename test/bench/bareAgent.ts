import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** An ACP agent with a session, driven by nothing but lines of JSON over stdio. */
export interface BareAgent {
  /** Resolves when the turn is answered. */
  prompt(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts an agent and makes its session. */
export async function bareAgent(
  { command, args }: { readonly command: string; readonly args: readonly string[] },
  cwd: string,
): Promise<BareAgent> {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, (result: unknown) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result } = JSON.parse(line) as { readonly id?: number; readonly result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let asked = 0;
  const request = (method: string, params: object): Promise<unknown> => {
    const id = ++asked;
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  await request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  const { sessionId } = (await request('session/new', { cwd, mcpServers: [] })) as { readonly sessionId: string };
  return {
    prompt: async (text) => {
      await request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
    },
    close: async () => {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}

import { StringDecoder } from 'node:string_decoder';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk/unstable';
import type { AgentProcess } from './agentProcess.js';

/** The longest line taken from an agent, in UTF-16 units: more than a model takes in a request, pictures included. */
const maxLine = 32 << 20;

/**
 * The messages of an agent process as the SDK wants them. It passes on only what the SDK can make sense of, since that prints
 * the rest to our own stderr: lines that are no message go to the agent's last words, and `session/update` goes straight to
 * `onUpdate` in the order of arrival, before any answer that follows it, with kinds that the SDK does not know. `mend` puts each
 * line right that came.
 */
export function acpStream(agent: AgentProcess, onUpdate: (params: unknown) => void, mend: (line: string) => string): Stream {
  const asked = new Set<unknown>();
  let cancelled = false;
  const readable = new ReadableStream<AnyMessage>({
    start(controller) {
      const accept = (line: string): void => {
        const message = cancelled ? null : parse(mend(line));
        if (message === null) return;
        if (message === undefined) agent.note(`(no message) ${line}`);
        else if (message.method === 'session/update') onUpdate(message.params);
        else if ('method' in message || asked.delete(message.id)) controller.enqueue(message as AnyMessage);
        else agent.note(`(answers nothing) ${line}`);
      };
      void readLines(agent, accept).then(() => {
        if (!cancelled) controller.close();
      });
    },
    cancel() {
      cancelled = true;
    },
  });
  const writable = new WritableStream<AnyMessage>({
    write(message) {
      if ('method' in message && 'id' in message) asked.add(message.id);
      return new Promise((resolve, reject) => {
        agent.stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      });
    },
  });
  return { readable, writable };
}

type Message = Readonly<Record<string, unknown>>;

function parse(line: string): Message | undefined {
  // Errors are slow, and an agent may print a lot that is no message.
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const isMessage = typeof value === 'object' && value !== null && 'jsonrpc' in value && ('method' in value || 'id' in value);
    return isMessage ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Hands on each line of stdout that is not empty, as long as the agent is not given up; resolves at its end. A line longer than any
 * message ends the agent.
 */
export function readLines(agent: AgentProcess, accept: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  const take = (text: string): void => {
    parts.push(text);
    length += text.length;
    if (length <= maxLine) return;
    parts = [];
    agent.killFor(`(a line of more than ${maxLine} characters)`);
  };
  const finish = (): void => {
    const line = parts.join('').trim();
    parts = [];
    length = 0;
    if (line !== '' && !agent.isGivenUp) accept(line);
  };
  return new Promise((resolve) => {
    agent.stdout.on('data', (chunk: Buffer) => {
      const lines = decoder.write(chunk).split('\n');
      for (const [index, text] of lines.entries()) {
        if (index > 0) finish();
        take(text);
      }
    });
    agent.stdout.once('error', (error: Error) => agent.note(`(stdout: ${error.message})`));
    // Also after an error, and when the process ended and another still holds the pipe.
    agent.stdout.once('close', () => {
      finish();
      resolve();
    });
  });
}

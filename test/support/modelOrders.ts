import { internalContext, type AnswerPart, type Question } from './dialects/dialect.js';

/** What a prompt orders of the model server, by name. */
export interface Orders {
  readonly think?: string;
  readonly say?: string;
  readonly write?: string;
  readonly bash?: string;
  readonly tool?: string;
  readonly hang?: string;
  readonly fail?: string;
  readonly overflow?: string;
}

/** What is quoted of a conversation, for a summary, orders nothing any more. */
export function ordersOf(prompt: string): Orders {
  const own = prompt.replace(/<conversation>[^]*<\/conversation>/, '');
  const orders = [...own.matchAll(/\[\[(think|say|write|bash|tool|hang|fail|overflow)\s*([^\]]*)\]\]/g)];
  return Object.fromEntries(orders.map(([, name = '', rest = '']): [string, string] => [name, rest]));
}

const added = /^\s*<[a-z][\w -]*>|^# AGENTS\.md/i;
/** OpenClaw puts the time and the folder before a prompt. */
const stamped = /^\[\w{3} [\d-]+ [\d:]+ \w+\] (\[Working directory: [^\]]*\]\n\n)?/;

/** What the person wrote: agents add reminders, context and command output in tags, or under a heading. */
export function promptsOf({ texts }: Question): string[] {
  return texts
    .filter((text) => text !== '' && !added.test(text) && !text.startsWith(internalContext))
    .map((text) => text.replace(stamped, ''));
}

/** How each agent's tool for writing a file wants to be called. */
const writers: Readonly<Record<string, (file: string, text: string) => object>> = {
  Write: (file, content) => ({ file_path: file, content }),
  write: (filePath, content) => ({ filePath, content }),
  write_file: (file, content) => ({ file_path: file, content }),
  // Codex takes this command for its tool that changes files.
  exec_command: (file, content) => ({
    cmd: `apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: ${file}\n+${content}\n*** End Patch\nEOF`,
  }),
};
const shells: Readonly<Record<string, (command: string) => object>> = {
  Bash: (command) => ({ command, description: 'A test runs a command' }),
  bash: (command) => ({ command, description: 'A test runs a command' }),
  exec_command: (cmd) => ({ cmd }),
  exec: (command) => ({ command }),
  run_shell_command: (command) => ({ command, description: 'A test runs a command' }),
};

/** The answer to a prompt: what it orders, as far as the agent offers tools for it, else its echo. */
export function partsOf(question: Question, prompts: readonly string[], id: string): AnswerPart[] {
  const prompt = prompts.at(-1) ?? 'nothing';
  if (question.fields) {
    return [{ type: 'text', text: JSON.stringify(Object.fromEntries(question.fields.map((name) => [name, `The model's ${name}`]))) }];
  }
  const { think, say, write, bash, tool: call } = ordersOf(prompt);
  if (question.result !== undefined) return [{ type: 'text', text: `The tool said: ${question.result.split('\n')[0] ?? ''}` }];
  const first: AnswerPart[] = [
    ...(think === undefined ? [] : [{ type: 'thinking' as const, text: 'I think about the prompt.' }]),
    ...(say === undefined ? [] : [{ type: 'text' as const, text: say }]),
  ];
  // Agents put the name of its MCP server before that of a tool.
  const [wanted = '', input = ''] = (call ?? '').split(/\s+([^]*)/);
  const named = call === undefined ? undefined : question.tools.find((name) => name === wanted || name.endsWith(`_${wanted}`));
  if (named !== undefined) return [...first, { type: 'tool', id, name: named, input: JSON.parse(input) as object }];
  const tool = (table: typeof writers | typeof shells): string | undefined => question.tools.find((name) => Object.hasOwn(table, name));
  const [writer, shell] = [tool(writers), tool(shells)];
  const [file = '', text = ''] = (write ?? '').split(/\s+([^]*)/);
  if (write !== undefined && writer !== undefined) {
    return [...first, { type: 'tool', id, name: writer, input: writers[writer]?.(file, text) ?? {} }];
  }
  if (bash !== undefined && shell !== undefined) {
    return [...first, { type: 'tool', id, name: shell, input: shells[shell]?.(bash) ?? {} }];
  }
  return [...first, { type: 'text', text: `You said: ${prompt}\nEarlier user turns: ${Math.max(0, prompts.length - 1)}` }];
}

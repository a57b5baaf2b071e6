import { textStart } from '../model/textStart.js';
import { arithmetic } from './arithmetic.js';
import { demoCommands } from './demoScript.js';
import type { DemoFolder } from './demoFolder.js';

export interface DemoQuestion {
  readonly prompt: string;
  /** The prompts of this session before this one, oldest first. */
  readonly earlier: readonly string[];
  readonly folder: DemoFolder;
}

interface Rule {
  readonly pattern: RegExp;
  /** `undefined` passes the question on to the next rule. */
  readonly answer: (match: RegExpExecArray, question: DemoQuestion) => Promise<string | undefined> | string | undefined;
}

const label = '_This is the demo agent that is built into Skein: no model, no key, no network._';

const rules: readonly Rule[] = [
  {
    pattern: /\bwhat (?:did|have) I (?:ask|say|said|write|asked)\b[^?]*\b(first|last|before|earlier)?/i,
    answer: ([text], question) => memory(text, question),
  },
  {
    pattern: /\bhow many (?:questions|prompts|turns)\b/i,
    answer: (_, { earlier }) => `You asked ${counted(earlier.length, 'question')} before this one.`,
  },
  { pattern: /\bcount\b.*\bwords\b(?:[^"“:]*)["“:]\s*([^"”]+)/i, answer: ([, text = '']) => wordCount('That text', text) },
  { pattern: /\bcount\b.*\b(?:words|lines)\b.*?([\w./-]+\.\w{1,8})\b/i, answer: ([, file = ''], { folder }) => fileCount(file, folder) },
  {
    pattern:
      /(?:what is|what's|calculate|compute|how much is|^(?:and\b)?)\s*((?:[-\d(]|minus\s)(?:[-\d\s.+*/()x×÷]|plus|minus|times|(?:multiplied|divided) by)*[\d)])\s*[=?.]*\s*$/i,
    answer: ([, sum = '']) => sumOf(sum),
  },
  {
    pattern: /\b(?:list|show|which|what|see)\b.*\b(?:files?|folders?|directory)\b|^\s*ls\s*$/i,
    answer: (_, { folder }) => listing(folder),
  },
  {
    pattern: /\b(?:read|open|show|cat|print|explain|summari[sz]e|look at|what is in|what's in)\b.*?([\w./-]+\.\w{1,8})\b/i,
    answer: ([, file = ''], { folder }) => reading(file, folder),
  },
  { pattern: /\b(?:install|real agent|set ?up|get started|claude|codex|gemini|opencode)\b/i, answer: () => installing },
  { pattern: /\b(?:help|what can you do|who are you|what are you)\b/i, answer: () => help },
  { pattern: /^\s*(?:hi|hello|hey|good (?:morning|afternoon|evening)|moin)\b/i, answer: (_, { earlier }) => greeting(earlier.length) },
  { pattern: /\b(?:thanks|thank you)\b/i, answer: () => 'You are welcome.' },
];

/** The demo's answer, in Markdown: by rules, from the prompt, the folder and the session so far. */
export async function demoAnswer(question: DemoQuestion): Promise<string> {
  for (const { pattern, answer } of rules) {
    const match = pattern.exec(question.prompt);
    const text = match && (await answer(match, question));
    if (text) return text;
  }
  return restated(question);
}

function greeting(turns: number): string {
  const again = turns === 0 ? 'Hello.' : 'Hello again.';
  return `${again} ${label}\n\nAsk me to **list the files** here, to **read** one of them, to **count** words or to work out a sum. Ask *what can you do* for the rest, or *how do I install a real agent*.`;
}

function memory(text: string, { earlier }: DemoQuestion): string {
  if (earlier.length === 0) return 'Nothing yet: this is your first question in this session.';
  const first = /\bfirst\b/i.test(text);
  const last = /\b(?:last|before)\b/i.test(text);
  if (first || last) return `You asked ${first ? 'first' : 'last'}: “${(first ? earlier[0] : earlier.at(-1)) ?? ''}”.`;
  return `In this session you asked, in order:\n\n${earlier.map((prompt, index) => `${index + 1}. ${prompt}`).join('\n')}`;
}

function wordCount(what: string, text: string): string {
  return `${what} has ${counted(text.split(/\s+/).filter(Boolean).length, 'word')} and ${counted(text.length, 'character')}.`;
}

async function fileCount(file: string, folder: DemoFolder): Promise<string> {
  const text = await folder.read(file);
  if (text === undefined) return notThere(file);
  return `${wordCount(`\`${file}\``, text)} It has ${counted(text.split('\n').length, 'line')}.`;
}

function sumOf(sum: string): string | undefined {
  const value = /[^\d\s.()]/.test(sum) ? arithmetic(sum) : undefined;
  return value === undefined ? undefined : `\`${sum.trim()}\` is **${Number(value.toPrecision(12))}**.`;
}

async function listing(folder: DemoFolder): Promise<string> {
  const { names, more } = await folder.list();
  if (names.length === 0) return 'This folder is empty.';
  const rest = more > 0 ? `\n- … and ${more} more` : '';
  return `This folder has ${counted(names.length + more, 'entry', 'entries')}:\n\n${names.map((name) => `- \`${name}\``).join('\n')}${rest}`;
}

async function reading(file: string, folder: DemoFolder): Promise<string> {
  const text = await folder.read(file);
  if (text === undefined) return notThere(file);
  const lines = text.split('\n');
  const shown = lines.slice(0, 20).join('\n').trimEnd();
  const heading = `\`${file}\` has ${counted(lines.length, 'line')} and ${counted(text.split(/\s+/).filter(Boolean).length, 'word')}.`;
  const language = /\.(\w+)$/.exec(file)?.[1] ?? '';
  // A fence longer than any in the file.
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
  const begins = lines.length > 20 ? ' It begins:' : ' It says:';
  return `${heading}${begins}\n\n${fence}${language}\n${shown}\n${fence}\n\nWhat it means I cannot say: I am the demo agent. A real agent can.`;
}

function notThere(file: string): string {
  return `I cannot read \`${file}\`: there is no such text file in this folder. Ask me to **list the files** to see what there is.`;
}

const installing = `${label}

A real agent is a program of its own. Install one, then choose it for a new session:

| Agent | Command |
|---|---|
| Claude Code | \`npm install -g @agentclientprotocol/claude-agent-acp\` |
| Codex | \`npm install -g @agentclientprotocol/codex-acp\` |
| Gemini CLI | \`npm install -g @google/gemini-cli\` |
| OpenCode | \`npm install -g opencode-ai\` |

Sign in once with the agent's own program. \`skein agents\` shows what was found.`;

const help = `${label}

I answer by a few rules: I **list the files** of this folder, **read** a file, **count words**, work out **sums**, and remember what you asked in this session. For trying things out, begin a line with:

${demoCommands.map(({ name, hint, description }) => `- \`/${name}${hint && ` ${hint}`}\`: ${description}`).join('\n')}`;

function restated({ prompt, earlier, folder }: DemoQuestion): string {
  const about = words(prompt);
  const topic = about.length > 0 ? ` It seems to be about ${about.map((word) => `**${word}**`).join(', ')}.` : '';
  const before = earlier.length > 0 ? ` (${counted(earlier.length, 'question')} came before it.)` : '';
  return `You asked: “${shortened(prompt)}”.${topic}${before}

I am the demo agent that is built into Skein, so I cannot work on that: there is no model behind me. A real agent would now look into \`${folder.name}\`, make the change and show it to you here. Ask me *how do I install a real agent*, or *what can you do*.`;
}

const plain = new Set(
  'a about again all an and any are as at be but by can could do does for from get has have how i if in into is it its just make me my not of on or our please should so some that the their them then there these this to us use was we what when where which who why will with would you your'.split(
    ' ',
  ),
);

/** The three longest words that carry meaning, in the order of the prompt. */
function words(prompt: string): string[] {
  const all = [...new Set(prompt.match(/[\p{L}\p{N}][\p{L}\p{N}._-]{2,}/gu) ?? [])].map((word) => word.replace(/[._-]+$/, ''));
  const telling = all.filter((word) => word.length < 40 && !plain.has(word.toLowerCase()));
  const longest = [...telling].sort((a, b) => b.length - a.length).slice(0, 3);
  return telling.filter((word) => longest.includes(word));
}

function shortened(prompt: string): string {
  const line = prompt.replaceAll(/\s+/g, ' ').trim();
  return line.length > 300 ? `${textStart(line, 300)}…` : line;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

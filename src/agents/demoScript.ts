/** One thing the demo does in a turn, in the order in which the prompt asks for it. */
export type DemoStep =
  | { readonly kind: 'think'; readonly about: string }
  | { readonly kind: 'plan' }
  | { readonly kind: 'tool' }
  | { readonly kind: 'write'; readonly file: string; readonly text: string }
  | { readonly kind: 'slow'; readonly seconds: number }
  | { readonly kind: 'flood'; readonly chunks: number }
  | { readonly kind: 'fail'; readonly message: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'exit'; readonly code: number };

/** What the demo can be told, for the list of commands and for its own help. */
export const demoCommands = [
  { name: 'think', hint: 'about what', description: 'think first' },
  { name: 'plan', hint: '', description: 'show a plan and work through it' },
  { name: 'tool', hint: '', description: 'call a tool: list the folder' },
  { name: 'write', hint: 'file [text]', description: 'write a file, after asking' },
  { name: 'slow', hint: 'seconds', description: 'stream an answer for so long' },
  { name: 'flood', hint: 'chunks', description: 'stream a great deal, fast' },
  { name: 'fail', hint: 'message', description: 'answer with an error' },
  { name: 'hang', hint: '', description: 'stop answering, also to a cancel' },
  { name: 'exit', hint: 'code', description: 'end the process in the middle of the answer' },
] as const;

type Maker = (rest: string) => DemoStep;
const makers: Readonly<Record<(typeof demoCommands)[number]['name'], Maker>> = {
  think: (rest) => ({ kind: 'think', about: rest }),
  plan: () => ({ kind: 'plan' }),
  tool: () => ({ kind: 'tool' }),
  write: (rest) => {
    const [file = '', text = ''] = rest.split(/\s+([^]*)/);
    return { kind: 'write', file: file || 'demo-note.md', text: text || 'Written by the demo agent of Skein.' };
  },
  slow: (rest) => ({ kind: 'slow', seconds: numberIn(rest, 5, 600) }),
  flood: (rest) => ({ kind: 'flood', chunks: numberIn(rest, 1000, 100_000) }),
  fail: (rest) => ({ kind: 'fail', message: rest || 'the demo failed, as it was asked to' }),
  hang: () => ({ kind: 'hang' }),
  exit: (rest) => ({ kind: 'exit', code: numberIn(rest, 3, 255) }),
};

/** The same in plain words. Failing needs a prompt that says no more: nobody's real question should make the demo fail. */
const phrases: readonly { readonly pattern: RegExp; readonly step: (match: RegExpExecArray) => DemoStep }[] = [
  { pattern: /\bthink (?:hard |first |a bit )?(?:about )?(.{0,80})/i, step: ([, about = '']) => makers.think(about) },
  { pattern: /\b(?:show|make) (?:me )?(?:a|your|the) plan\b/i, step: () => makers.plan('') },
  { pattern: /\b(?:call|use|run) a tool\b/i, step: () => makers.tool('') },
  {
    pattern: /\b(?:write|create|save) (?:a |the )?(?:file )?(?:called |named |to )?`?([\w./-]+\.\w{1,8})\b`?/i,
    step: ([, file = '']) => makers.write(file),
  },
  { pattern: /\bask (?:me )?(?:for )?permission\b/i, step: () => makers.write('') },
  { pattern: /^(?:please )?fail\W*$/i, step: () => makers.fail('') },
  { pattern: /^(?:please )?hang\W*$/i, step: () => makers.hang('') },
  { pattern: /^(?:please )?exit(?: in the middle)?\W*$/i, step: () => makers.exit('') },
];

/** What a prompt asks the demo to do: a line that begins with `/think`, `/plan`, …, or plain words for the same. */
export function demoSteps(prompt: string): DemoStep[] {
  const steps = prompt.split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^\s*\/([a-z]+)\b\s*(.*)$/.exec(line) ?? [];
    const maker = Object.entries(makers).find(([known]) => known === name)?.[1];
    return maker ? [maker(rest.trim())] : [];
  });
  if (steps.length > 0) return steps;
  const said = phrases.flatMap(({ pattern, step }) => {
    const match = pattern.exec(prompt.trim());
    return match ? [step(match)] : [];
  });
  // “Ask permission to write a.md” is one wish, not two.
  return said.filter((step, index) => step.kind !== 'write' || index === said.findIndex(({ kind }) => kind === 'write'));
}

/** The prompt without its commands: what is left to answer. */
export function withoutCommands(prompt: string): string {
  const names = demoCommands.map(({ name }) => name).join('|');
  return prompt.replaceAll(new RegExp(`^\\s*/(?:${names})\\b.*$`, 'gm'), '').trim();
}

function numberIn(text: string, otherwise: number, most: number): number {
  const value = Number.parseFloat(text);
  return Number.isFinite(value) && value >= 0 ? Math.min(value, most) : otherwise;
}

import { jsonMembers } from '../jsonPart.js';
import type { JsonObject } from '../jsonValue.js';

const headers = /^(?:## (User|Assistant)(?: \[Task \d+\])?|## Assistant \[(Compressed Summary)[^\]]*\]|### (Tool Result): ?.*)$/;

/**
 * The messages of a chunk, the Markdown to which openclacky moves what it compressed, in the shape they had in the session.
 * Tools' outputs were cut at 500 characters when it was written; calls and results have no ids and belong together in order.
 */
export function chunkMessages(markdown: string): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  let kind: string | undefined;
  let lines: string[] = [];
  const close = (): void => {
    if (kind !== undefined) messages.push(...sectionMessages(kind, lines.join('\n').trim()));
    lines = [];
  };
  for (const line of withoutFrontMatter(markdown)) {
    const header = headers.exec(line);
    if (header) {
      close();
      kind = header[1] ?? header[2] ?? header[3];
    } else lines.push(line);
  }
  close();
  return messages;
}

function withoutFrontMatter(markdown: string): readonly string[] {
  const lines = markdown.split(/\r?\n/);
  if (lines[0] !== '---') return lines;
  const end = lines.indexOf('---', 1);
  return end === -1 ? [] : lines.slice(end + 1);
}

function sectionMessages(kind: string, text: string): readonly JsonObject[] {
  const lines = text.split('\n');
  const isPicture = (line: string): boolean => /^\[(image_url|image|document|content)\]$/.test(line);
  const said = lines.filter((line) => !isPicture(line) && !/^_(Tool calls?|Ext events?|Display files):/.test(line));
  const content = said.join('\n').trim();
  if (kind === 'Tool Result') return [{ role: 'tool', content: text.replace(/^```\n?/, '').replace(/\n?```$/, '') }];
  if (kind === 'Compressed Summary') return content === '' ? [] : [{ role: 'assistant', compressed_summary: true, content }];
  const files = lines.filter(isPicture).map((line) => ({ name: line.slice(1, -1).replace('_url', '') }));
  const rest = files.length === 0 ? {} : { display_files: files };
  if (kind === 'User') return content === '' && files.length === 0 ? [] : [{ role: 'user', content, ...rest }];
  const calls = lines.flatMap((line) => callsOf(/^_Tool calls?: ?(.*?)_?$/.exec(line)?.[1] ?? ''));
  return content === '' && calls.length === 0 ? [] : [{ role: 'assistant', content, ...rest, tool_calls: calls }];
}

/** `grep, glob` as 0.9 writes it, or `grep | {"pattern":"x; y"}; glob` with the arguments. */
function callsOf(list: string): readonly JsonObject[] {
  const calls: JsonObject[] = [];
  for (let rest = list.trim(); rest !== '';) {
    const name = /^[^|;,]*/.exec(rest)?.[0] ?? '';
    rest = rest.slice(name.length);
    let args = '';
    if (/^\|\s*\{/.test(rest)) {
      const open = rest.indexOf('{');
      args = rest.slice(open, objectEnd(rest, open));
      rest = rest.slice(open + args.length);
    }
    if (name.trim() !== '') calls.push({ function: { name: name.trim(), arguments: args } });
    rest = rest.replace(/^[^;,]*[;,]?\s*/, '');
  }
  return calls;
}

function objectEnd(text: string, open: number): number {
  const last = [...jsonMembers(text, open)].at(-1);
  const close = text.indexOf('}', last?.end ?? open);
  return close === -1 ? text.length : close + 1;
}

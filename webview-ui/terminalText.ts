/** A run of terminal text in one style; `style` is a list of class names. */
export interface TerminalSpan {
  readonly text: string;
  readonly style: string;
}

const colors = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const escapes =
  // eslint-disable-next-line no-control-regex -- escape sequences begin with one
  /\u001b\[([0-9;]*)m|\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9]|\u001b[=>78cDEHMNOZ]/g;

/** The output of a command as lines: what a carriage return wrote over is gone, and no blank line stands at the end. */
export function terminalLines(output: string): string[] {
  const lines = output
    .replace(/\r\n/g, '\n')
    .split('\n')
    .map((line) => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1).replace(/\r/g, ''));
  while (lines.length > 0 && lines.at(-1)?.replace(escapes, '').trim() === '') lines.pop();
  return lines;
}

/** Text with ANSI colours as spans; every other escape sequence is dropped. */
export function terminalSpans(text: string): TerminalSpan[] {
  const spans: TerminalSpan[] = [];
  const style = { color: '', bold: false, dim: false };
  let done = 0;
  const push = (to: number): void => {
    const part = text.slice(done, to).replace(controls, '');
    if (part !== '') spans.push({ text: part, style: [style.color, style.bold && 'bold', style.dim && 'dim'].filter(Boolean).join(' ') });
  };
  for (const match of text.matchAll(escapes)) {
    push(match.index);
    done = match.index + match[0].length;
    if (match[1] !== undefined) applyCodes(style, match[1]);
  }
  push(text.length);
  return spans;
}

// eslint-disable-next-line no-control-regex -- what is left of escape sequences we do not know
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

function applyCodes(style: { color: string; bold: boolean; dim: boolean }, codes: string): void {
  const numbers = codes.split(';').map(Number);
  for (let index = 0; index < numbers.length; index++) {
    const code = numbers[index] ?? 0;
    if (code === 0) Object.assign(style, { color: '', bold: false, dim: false });
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 22) Object.assign(style, { bold: false, dim: false });
    else if (code === 39) style.color = '';
    else if (code >= 30 && code <= 37) style.color = `ansi-${colors[code - 30] ?? ''}`;
    else if (code >= 90 && code <= 97) style.color = code === 90 ? 'dim' : `ansi-${colors[code - 90] ?? ''}`;
    // A colour by number or by parts: its parameters are not codes of their own.
    else if (code === 38 || code === 48) index += numbers[index + 1] === 5 ? 2 : 4;
  }
}

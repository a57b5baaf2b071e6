import type { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command prints: the answer to stdout, everything else to stderr. */
export interface Terminal {
  /** Writes to stdout, as it is. */
  readonly write: (text: string | Uint8Array) => void;
  /** Writes a line to stdout. */
  readonly print: (line: string) => void;
  /** Writes to stderr, as it is. */
  readonly writeError: (text: string) => void;
  /** Writes a line to stderr. */
  readonly say: (line: string) => void;
  /** JSON on stdout, for `--json`. */
  readonly json: (value: unknown) => void;
  /** Colours for stdout and for stderr: none unless that one is a terminal, and none with NO_COLOR. */
  readonly style: (style: Style, text: string) => string;
  readonly styleError: (style: Style, text: string) => string;
  /** A person is there: stdin and stderr are a terminal. */
  readonly interactive: boolean;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Columns to cut tables to; undefined where stdout is no terminal. */
  readonly width: number | undefined;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export interface TerminalStreams {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The terminal over a process's streams. */
export function createTerminal({ stdin, stdout, stderr, env }: TerminalStreams): Terminal {
  const write = tolerant(stdout);
  const writeError = tolerant(stderr);
  const paint = painter(stdout, env);
  const stdinIsTerminal = stdin.isTTY === true;
  const stdoutIsTerminal = stdout.isTTY === true;
  const stderrIsTerminal = stderr.isTTY === true;
  return {
    write,
    print: (line) => write(`${line}\n`),
    writeError,
    say: (line) => writeError(`${line}\n`),
    json: (value) => write(`${JSON.stringify(value, null, 2)}\n`),
    style: paint,
    styleError: painter(stderr, env),
    interactive: stdinIsTerminal && stderrIsTerminal,
    stdinIsTerminal,
    stdoutIsTerminal,
    stderrIsTerminal,
    // A pseudo-terminal that nobody sized says 0.
    width: stdoutIsTerminal ? stdout.columns || undefined : undefined,
  };
}

/** `skein … | head` closes the pipe before all is written. That is no failure, and a running turn goes on to its end. */
function tolerant(output: Output): (text: string | Uint8Array) => void {
  let open = true;
  output.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    open = false;
  });
  return (text) => {
    if (open && text.length > 0) output.write(text);
  };
}

function painter(output: Output, env: Readonly<Record<string, string | undefined>>): (style: Style, text: string) => string {
  const coloured = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  if (!coloured) return (_, text) => text;
  // An import of node:util would load all that it exports, text decoders too, for every list that goes to a pipe.
  const { styleText: paint } = process.getBuiltinModule('node:util');
  return (style, text) => paint(style, text, { validateStream: false });
}

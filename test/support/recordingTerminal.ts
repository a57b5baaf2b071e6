import { createTerminal, type Terminal } from '../../src/cli/terminal.js';

export interface RecordingTerminal extends Terminal {
  /** What was written, in order, each with the stream it went to. */
  readonly written: readonly (readonly ['out' | 'err', string])[];
  readonly out: () => string;
  readonly err: () => string;
}

/** A terminal, or with `tty: false` a pair of pipes, that keeps what is written to it. */
export function recordingTerminal({
  tty = false,
  env = {},
}: { readonly tty?: boolean; readonly env?: Record<string, string> } = {}): RecordingTerminal {
  const written: (readonly ['out' | 'err', string])[] = [];
  const stream = (name: 'out' | 'err') => ({
    isTTY: tty,
    columns: 80,
    write: (text: string | Uint8Array) => written.push([name, text.toString()]),
    on: () => undefined,
  });
  const all = (name: 'out' | 'err') => () =>
    written
      .filter(([to]) => to === name)
      .map(([, text]) => text)
      .join('');
  return {
    ...createTerminal({ stdin: { isTTY: tty }, stdout: stream('out'), stderr: stream('err'), env }),
    written,
    out: all('out'),
    err: all('err'),
  };
}

import type { Terminal } from './terminal.js';

/** Work that is done sooner is not spoken of, and does not wait for the spinner's code. */
const patience = 300;

/** Shows on a terminal that something takes its time, until it is done. */
export async function withProgress<T>(terminal: Terminal, text: string, work: Promise<T>): Promise<T> {
  if (!terminal.stderrIsTerminal) return work;
  const stop = startProgress(terminal, text);
  try {
    return await work;
  } finally {
    stop();
  }
}

/** The same for work whose end is not a promise: call what it returns. */
export function startProgress(terminal: Terminal, text: string): () => void {
  if (!terminal.stderrIsTerminal) return () => undefined;
  let stop: (() => void) | undefined;
  let ended = false;
  const show = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (ended) return;
    // Stdin is left alone: a prompt, or the person's next line, may be on its way.
    const spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
    stop = () => spinner.stop();
  };
  const timer = setTimeout(() => void show(), patience);
  return () => {
    ended = true;
    clearTimeout(timer);
    stop?.();
  };
}

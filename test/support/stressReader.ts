import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Reads a record and a transcript again and again while others write them, and notes what cannot be read. */
export function watchReadable(record: string, transcript: string): { readonly problems: string[]; reads(): number; stop(): Promise<void> } {
  const problems: string[] = [];
  const end = new AbortController();
  let reads = 0;
  let position = 0;
  const read = (): void => {
    const text = readFileSync(record, 'utf8');
    if (!isJson(text)) problems.push(`the record cannot be read: ${text.slice(0, 200)}`);
    const file = openSync(transcript, 'r');
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - position));
    readSync(file, bytes, 0, bytes.length, position);
    closeSync(file);
    // The last line may not be whole yet; it is looked at when it is.
    const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
    position += whole.length;
    for (const line of whole.toString('utf8').split('\n'))
      if (line !== '' && !isJson(line)) problems.push(`a line cannot be read: ${line.slice(0, 200)}`);
    reads++;
  };
  const loop = (async () => {
    while (!end.signal.aborted) {
      read();
      await delay(5);
    }
    read();
  })();
  return {
    problems,
    reads: () => reads,
    async stop() {
      end.abort();
      await loop;
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
let installed = false;
let waiting: (() => void) | undefined;

/**
 * Lets a signal that ends the process run its handlers of 'exit' first, which a signal alone does not: what this process
 * started and made is taken away there.
 */
export function exitOnSignals(): void {
  if (installed) return;
  installed = true;
  for (const [name, code] of Object.entries(codes)) {
    // The test runner has handlers of its own, which exit too.
    if (process.listenerCount(name) > 0) continue;
    process.on(name, () => {
      const resolve = waiting;
      waiting = undefined;
      if (resolve) resolve();
      else process.exit(code);
    });
  }
}

/** Resolves at Ctrl+C or another request to end, which then is the caller's to follow. A second one ends at once. */
export function endRequested(): Promise<void> {
  exitOnSignals();
  return new Promise((resolve) => {
    waiting = resolve;
  });
}

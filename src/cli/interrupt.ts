const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * While work goes on that must be ended in order, Ctrl+C (and a terminal that closes) calls `cancel` instead of ending the
 * process. A second one ends it at once. Returns what puts things back.
 */
export function onInterrupt(cancel: () => void): () => void {
  let cancelled = false;
  const listener = (): void => {
    if (cancelled) process.exit(130);
    cancelled = true;
    cancel();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

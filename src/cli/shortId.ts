const least = 8;

/**
 * The shortest starts of ids, of 8 characters or more, by which the ids of a list can be told apart. The source's name in
 * `<source>:<own id>` is kept whole and not counted.
 */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort();
  const short = new Map<string, string>();
  for (const [index, id] of sorted.entries()) {
    const shared = Math.max(sharedStart(id, sorted[index - 1]), sharedStart(id, sorted[index + 1]));
    short.set(id, id.slice(0, Math.max(id.lastIndexOf(':') + 1 + least, shared + 1)));
  }
  return short;
}

/** One id, where there is no list to tell it from. */
export function shortId(id: string): string {
  return id.slice(0, id.lastIndexOf(':') + 1 + least);
}

function sharedStart(a: string, b: string | undefined): number {
  if (b === undefined) return 0;
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

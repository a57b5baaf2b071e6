import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/**
 * The entries of a transcript that its session consists of now, in their order. Each names the one it follows; the last one, or
 * the one that a later `leaf` points to, is the end. Where one is missing that another names, a damaged line perhaps, what
 * stands before it in the file is taken. The oldest version has no ids: there all entries count.
 */
export function openclawBranch(events: readonly unknown[]): readonly JsonObject[] {
  const entries = events.map(objectOf).filter(({ type }) => typeof type === 'string' && type !== 'session');
  if (!entries.some(({ id }) => typeof id === 'string')) return entries;
  const places = new Map(entries.map((entry, index) => [stringOf(entry['id']), index]));
  const branch: JsonObject[] = [];
  const seen = new Set<number>();
  let place = endOf(entries, places);
  while (place >= 0 && !seen.has(place)) {
    seen.add(place);
    const entry = entries[place] ?? {};
    if (entry['type'] !== 'leaf') branch.push(entry);
    const parent = entry['parentId'];
    if (parent === null || (parent === undefined && entry['id'] !== undefined)) break;
    place = places.get(stringOf(parent)) ?? place - 1;
  }
  return branch.reverse();
}

function endOf(entries: readonly JsonObject[], places: ReadonlyMap<string, number>): number {
  const last = entries.at(-1) ?? {};
  const target = last['type'] === 'leaf' ? places.get(stringOf(last['targetId'])) : undefined;
  return target ?? entries.length - 1;
}

/** A part of a JSON text: [start, end) in UTF-16 units. Where the text breaks off in it, `isWhole` is false and it ends there. */
export interface JsonPart {
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
}

export interface JsonMember extends JsonPart {
  readonly key: string;
}

/**
 * The members of the object that begins at `from`, as far as the text goes: the beginning of a file is enough to know what
 * stands there, and nothing behind it is parsed. Stops silently at the first thing that is not JSON.
 */
export function* jsonMembers(text: string, from = 0): Generator<JsonMember> {
  let at = skipSpace(text, from);
  if (text[at] !== '{') return;
  for (at = skipSpace(text, at + 1); text[at] === '"'; at = skipSpace(text, at + 1)) {
    const keyEnd = stringEnd(text, at);
    if (keyEnd === -1) return;
    const key = parsed(text, at, keyEnd);
    const colon = skipSpace(text, keyEnd);
    if (typeof key !== 'string' || text[colon] !== ':') return;
    const start = skipSpace(text, colon + 1);
    const end = valueEnd(text, start);
    if (end === -1) {
      if (start < text.length) yield { key, start, end: text.length, isWhole: false };
      return;
    }
    if (end === start) return;
    yield { key, start, end, isWhole: true };
    at = skipSpace(text, end);
    if (text[at] !== ',') return;
  }
}

/** The elements of the array that begins at `from`, as far as the text goes. */
export function* jsonElements(text: string, from = 0): Generator<JsonPart> {
  let at = skipSpace(text, from);
  if (text[at] !== '[') return;
  for (at = skipSpace(text, at + 1); at < text.length; at = skipSpace(text, at + 1)) {
    const end = valueEnd(text, at);
    if (end === -1) {
      yield { start: at, end: text.length, isWhole: false };
      return;
    }
    if (end === at) return;
    yield { start: at, end, isWhole: true };
    at = skipSpace(text, end);
    if (text[at] !== ',') return;
  }
}

/** The value of a whole part; `undefined` where it is none. */
export function partValue(text: string, { start, end, isWhole }: JsonPart): unknown {
  return isWhole ? parsed(text, start, end) : undefined;
}

function parsed(text: string, start: number, end: number): unknown {
  try {
    return JSON.parse(text.slice(start, end)) as unknown;
  } catch {
    // The brackets fit and what is between them does not: as good as absent.
    return undefined;
  }
}

/** Where the value that begins at `at` ends; -1 where the text breaks off in it. */
function valueEnd(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return stringEnd(text, at);
  if (first === '{' || first === '[') return bracketEnd(text, at);
  const delimiter = /[\s,\]}]/g;
  delimiter.lastIndex = at;
  return delimiter.exec(text)?.index ?? -1;
}

function bracketEnd(text: string, at: number): number {
  const mark = /["{}[\]]/g;
  mark.lastIndex = at;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const [char] = found;
    if (char === '"') {
      const end = stringEnd(text, found.index);
      if (end === -1) return -1;
      mark.lastIndex = end;
    } else if (char === '{' || char === '[') depth++;
    else if (--depth === 0) return found.index + 1;
  }
  return -1;
}

function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slash = end;
    while (text[slash - 1] === '\\') slash--;
    if ((end - slash) % 2 === 0) return end + 1;
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \n\r\t'.includes(text.charAt(at))) at++;
  return at;
}

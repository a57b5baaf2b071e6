/** The day that a version of a model bears, before a variant in brackets or at the end: `-20250929`, `@20250929`, `-2025-08-07`. */
const day = /[-@]20\d{2}(?:\d{4}|-\d{2}-\d{2})(?=\[|$)/;

/** An id of Anthropic's: family and version, `claude-opus-4-5` or the older `claude-3-5-haiku`, and perhaps a variant in brackets. */
const claude = /^claude-(?:([a-z]+)-(\d+)(?:-(\d+))?|(\d+)(?:-(\d+))?-([a-z]+))(\[.+\])?$/;

/**
 * A model's id as a person says it: without the providers before it and the day after it, and Anthropic's as their maker writes
 * them, `Opus 4.5`. Nothing is made up: what cannot be told from the id stays as it is.
 */
export function modelName(id: string): string {
  const name = id.slice(id.lastIndexOf('/') + 1).replace(day, '');
  const [, family, major, minor, olderMajor, olderMinor, olderFamily, variant] = claude.exec(name) ?? [];
  const word = family ?? olderFamily;
  if (word !== undefined) {
    const version = [major ?? olderMajor, minor ?? olderMinor].filter((part) => part !== undefined).join('.');
    return [word.charAt(0).toUpperCase() + word.slice(1), version, ...(variant === undefined ? [] : [variant])].join(' ');
  }
  return name === '' ? id : name;
}

/** The same beside the name of its agent: empty where it says nothing else. */
export function modelBeside(agent: string, id: string | undefined): string {
  const name = modelName(id ?? '');
  return name.toLowerCase() === agent.toLowerCase() ? '' : name;
}

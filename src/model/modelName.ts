/** The day that a version of a model bears, before a variant in brackets or at the end: `-20250929`, `@20250929`, `-2025-08-07`. */
const day = /[-@]20\d{2}(?:\d{4}|-\d{2}-\d{2})(?=\[|$)/;

/**
 * A model's id as a person says it: without the providers before it and the day after it. Nothing is made up: what
 * cannot be told from the id stays as it is.
 */
export function modelName(id: string): string {
  const name = id.slice(id.lastIndexOf('/') + 1).replace(day, '');
  return name === '' ? id : name;
}

/** The same beside the name of its agent: empty where it says nothing else. */
export function modelBeside(agent: string, id: string | undefined): string {
  const name = modelName(id ?? '');
  return name.toLowerCase() === agent.toLowerCase() ? '' : name;
}

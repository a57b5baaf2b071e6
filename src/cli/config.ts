import type { ExitCode, Invocation } from './invocation.js';

/** `skein config get`. Exit 1 where nothing is set. */
export async function configGet({ args, options, terminal, open }: Invocation): Promise<ExitCode> {
  const [key = ''] = args;
  const value = await (await open()).config().get(key);
  if (value === undefined) {
    terminal.say(`${key} is not set`);
    return 1;
  }
  if (options.json === true) terminal.json(value);
  else for (const [name, text] of leavesOf(value)) terminal.print(name === '' ? text : `${key}.${name} = ${text}`);
  return 0;
}

/** `skein config set`: JSON where it is JSON, else the string as it is written. */
export async function configSet({ args, terminal, open }: Invocation): Promise<undefined> {
  const [key = '', text = ''] = args;
  const value = jsonOr(text);
  await (await open()).config().set(key, value);
  terminal.say(`${key} = ${JSON.stringify(value)}`);
}

/** `skein config list` */
export async function configList({ options, terminal, open }: Invocation): Promise<undefined> {
  const value = await (await open()).config().get();
  if (options.json === true) terminal.json(value);
  else for (const [name, text] of leavesOf(value)) terminal.print(`${name} = ${text}`);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: DESIGN section 5 takes the string.
    return text;
  }
}

/** `compaction.mode`, `auto` for each value in a tree of settings; a value alone has the empty name. */
function leavesOf(value: unknown, name = ''): (readonly [string, string])[] {
  const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (inner.length === 0) return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
  return inner.filter(([, field]) => field !== undefined).flatMap(([key, field]) => leavesOf(field, name === '' ? key : `${name}.${key}`));
}

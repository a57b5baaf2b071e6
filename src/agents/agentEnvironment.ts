/** An environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

// What the host set for itself: handed on, it would change what an agent, or a program that the agent starts, is.
const ours = /^(ELECTRON_RUN_AS_NODE|ELECTRON_NO_ASAR|NODE_OPTIONS|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|VSCODE_.*)$/i;
const secret = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH)/i;

/** The environment for an agent: ours without what belongs to the host, with `extra` on top. */
export function agentEnvironment(base: Environment, extra: Environment): Record<string, string> {
  const kept = Object.entries(base).filter(([name]) => !ours.test(name));
  const all = [...kept, ...Object.entries(extra)];
  return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** A function that blanks the values of secret variables in a text: agents print their environment when they fail. */
export function secretMask(env: Environment): (text: string) => string {
  const values = Object.entries(env)
    .flatMap(([name, value = '']) => (secret.test(name) ? [value, ...value.split(/\r?\n/)] : []))
    .filter((value) => value.length >= 8)
    // One may begin with another.
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, '***'), text);
}

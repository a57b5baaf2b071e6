/** VS Code's machine-scoped settings that the command line shares; absent where the person set nothing. */
export interface MachineSettings {
  readonly location?: unknown;
  readonly path?: unknown;
  readonly agents?: unknown;
}

const agentFields = ['command', 'args', 'env'];
/** Objects of the setting whose fields are keys of their own. */
const agentGroups = { endpoint: ['protocol', 'url', 'key_env'], defaults: ['model'] } as const;

/** The same settings by their keys in `config.yaml`. What is empty or of no use as a value is left out. */
export function configEntries({ location, path, agents }: MachineSettings): ReadonlyMap<string, unknown> {
  const entries = new Map<string, unknown>();
  if (isText(location)) entries.set('store.location', location);
  if (isText(path)) entries.set('store.path', path);
  if (isObject(agents)) {
    for (const [name, agent] of Object.entries(agents)) {
      // A dot would be read as a step into another key.
      if (!isObject(agent) || !/^[\w-]+$/.test(name)) continue;
      for (const field of agentFields) if (agent[field] !== undefined) entries.set(`agents.${name}.${field}`, agent[field]);
      for (const [group, fields] of Object.entries(agentGroups)) {
        const given = agent[group];
        if (!isObject(given)) continue;
        for (const field of fields) if (isText(given[field])) entries.set(`agents.${name}.${group}.${field}`, given[field]);
      }
    }
  }
  return entries;
}

/** What has to be set so that `now` holds: `null` takes a key out that was set `before`. */
export function configChanges(before: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const changes = new Map<string, unknown>();
  for (const key of before.keys()) if (!now.has(key)) changes.set(key, null);
  for (const [key, value] of now) if (JSON.stringify(before.get(key)) !== JSON.stringify(value)) changes.set(key, value);
  return changes;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import { SessionError } from '../../model/errors.js';
import { permissionModes } from '../../model/permissionMode.js';
import { sessionStatuses } from '../../model/sessionStatus.js';
import { sendPolicies } from '../../model/sendPolicy.js';
import { tagsIn } from '../../model/tags.js';
import { thinkingLevels } from '../../model/thinkingLevel.js';
import type { SessionPatch } from '../workspace.js';

/** What stands for "as the agent's default says". */
export const defaultWord = 'default';

type Parse = (text: string, key: string, tags: readonly string[]) => SessionPatch;

const oneOf = <T extends string>(values: readonly T[], text: string, key: string): T => {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new SessionError('usage', `${key} cannot be "${text}"`, { hint: `it is one of ${values.join(', ')}` });
};

const isOn = (text: string, key: string): boolean => {
  const value = ['true', 'on', 'yes', '1'].includes(text) ? true : ['false', 'off', 'no', '0'].includes(text) ? false : undefined;
  if (value !== undefined) return value;
  throw new SessionError('usage', `${key} cannot be "${text}"`, { hint: 'it is true or false' });
};

const isDefault = (text: string): boolean => text === '' || text === defaultWord;

const keys: Readonly<Record<string, Parse>> = {
  title: (text) => ({ title: text }),
  tags: (text, _key, tags) => {
    const wanted = tagsIn(text);
    return { addTags: wanted, removeTags: tags.filter((tag) => !wanted.includes(tag)) };
  },
  backend: (text) => ({ backend: text }),
  pinned: (text, key) => ({ pinned: isOn(text, key) }),
  archived: (text, key) => ({ archived: isOn(text, key) }),
  status: (text, key) => ({ status: oneOf(sessionStatuses, text, key) }),
  model: (text) => ({ settings: { model: isDefault(text) ? undefined : text } }),
  thinking_level: (text, key) => ({ settings: { thinking_level: isDefault(text) ? undefined : oneOf(thinkingLevels, text, key) } }),
  permission_mode: (text, key) => ({ settings: { permission_mode: isDefault(text) ? undefined : oneOf(permissionModes, text, key) } }),
  fallbacks: (text) => ({ settings: { fallbacks: isDefault(text) ? undefined : text.split(/[\s,]+/).filter(Boolean) } }),
  send_policy: (text, key) => ({ settings: { send_policy: isDefault(text) ? undefined : oneOf(sendPolicies, text, key) } }),
  verbose: (text, key) => ({ settings: { verbose: isDefault(text) ? undefined : isOn(text, key) } }),
};

/**
 * The patch that `key=value` words ask for. A setting that is empty or `default` is the agent's again; `tags` are all tags,
 * with commas between. `usage` for a key or value that there is not.
 */
export function patchFrom(words: readonly string[], { tags }: { readonly tags: readonly string[] }): SessionPatch {
  let patch: SessionPatch = {};
  for (const word of words) {
    const [, key = '', value = ''] = /^([a-z_]+)=([^]*)$/.exec(word) ?? [];
    const parse = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (!parse) {
      throw new SessionError('usage', `"${word}" is not key=value of a session`, { hint: `keys are ${Object.keys(keys).join(', ')}` });
    }
    const { settings, ...rest } = parse(value.trim(), key, tags);
    patch = { ...patch, ...rest, ...(settings ? { settings: { ...patch.settings, ...settings } } : {}) };
  }
  return patch;
}

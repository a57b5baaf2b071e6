import * as z from 'zod';
import type { Environment } from './agentEnvironment.js';

export const endpointProtocolSchema = z.enum(['openai', 'anthropic']);

/** The base of an API, such as `http://127.0.0.1:11434/v1`. A key in it would be kept and shown. */
export const endpointUrlSchema = z
  .url({ protocol: /^https?$/, error: 'an address is http(s)://…', abort: true })
  .refine((url) => !/[?#]/.test(url), 'an address has no query')
  .refine(
    (url) => new URL(url).username === '' && new URL(url).password === '',
    'a key does not belong into the address: name its variable in key_env',
  );

export const keyVariableSchema = z.string().regex(/^[A-Za-z_]\w*$/, 'the name of an environment variable, not the key itself');

/** `agents.<name>.endpoint` of the config: a model behind an HTTP API. Only the person's own config may name one. */
export const endpointSchema = z.object({
  protocol: endpointProtocolSchema,
  url: endpointUrlSchema,
  key_env: keyVariableSchema.optional(),
});
export type Endpoint = z.infer<typeof endpointSchema>;
/** What is set of it. */
export const endpointSettingsSchema = endpointSchema.partial();
export type EndpointSettings = z.infer<typeof endpointSettingsSchema>;

/** Where keys are: the editor's secret storage, by the agent's name, and the environment. */
export interface KeyPlaces {
  readonly env: Environment;
  readonly secret?: ((agent: string) => Promise<string | undefined>) | undefined;
}

export interface Key {
  readonly value: string | undefined;
  readonly from: 'editor' | 'environment' | 'missing' | 'none';
}

/** The key of an agent's endpoint. One that the person gave the editor wins. */
export async function keyFor(agent: string, { key_env: variable }: Endpoint, { env, secret }: KeyPlaces): Promise<Key> {
  const stored = (await secret?.(agent))?.trim();
  if (stored !== undefined && stored !== '') return { value: stored, from: 'editor' };
  if (variable === undefined) return { value: undefined, from: 'none' };
  const found = env[variable]?.trim();
  return found === undefined || found === '' ? { value: undefined, from: 'missing' } : { value: found, from: 'environment' };
}

/** A function that blanks a key in a text, and pieces of it: some endpoints say which key it is that they refuse. */
export function keyMask(key: string | undefined): (text: string) => string {
  if (key === undefined) return (text) => text;
  const isPart = (word: string): boolean => word.includes(key) || key.includes(word);
  return (text) => text.replaceAll(key, '***').replace(/[^\s"'`,:()<>{}[\]]{8,}/g, (word) => (isPart(word) ? '***' : word));
}

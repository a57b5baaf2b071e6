import type { Endpoint } from './endpoint.js';

/**
 * `fetch` for one endpoint: with its key and no other, whatever the SDK finds in the environment, and never on to another
 * address, which would be given the key too.
 */
export function endpointFetch({ protocol }: Endpoint, key: string | undefined): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    for (const name of ['authorization', 'x-api-key']) headers.delete(name);
    if (key !== undefined && protocol === 'anthropic') headers.set('x-api-key', key);
    if (key !== undefined && protocol === 'openai') headers.set('authorization', `Bearer ${key}`);
    return fetch(input, { ...init, headers, redirect: 'manual' });
  };
}

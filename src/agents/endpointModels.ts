import * as z from 'zod';
import type { OfferedModel } from './chatModel.js';
import type { Endpoint } from './endpoint.js';

/** The context's size has a name of its own with vLLM, OpenRouter, LM Studio and Anthropic each. */
const size = z.number().int().positive().optional().catch(undefined);
const modelsSchema = z.object({
  data: z.array(
    z.looseObject({
      id: z.string(),
      display_name: z.string().optional().catch(undefined),
      max_model_len: size,
      context_length: size,
      max_context_length: size,
      max_input_tokens: size,
    }),
  ),
});

/** What `GET <url>/models` says. Rejects where there is no such list, or it is none. */
export async function endpointModels(
  { url, protocol }: Endpoint,
  options: { readonly fetch: typeof fetch; readonly signal: AbortSignal },
): Promise<readonly OfferedModel[]> {
  const headers: Record<string, string> = protocol === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {};
  const response = await options.fetch(`${url.replace(/\/$/, '')}/models`, { headers, signal: options.signal });
  const text = await response.text();
  // The shape that the SDK gives to a refused request, so that both are read in one place.
  if (!response.ok) {
    throw Object.assign(new Error(`status ${response.status}`), {
      statusCode: response.status,
      responseBody: text,
      responseHeaders: Object.fromEntries(response.headers),
    });
  }
  const { data } = modelsSchema.parse(JSON.parse(text));
  return data.map((model) => ({
    id: model.id,
    title: model.display_name ?? model.id,
    contextSize: model.max_model_len ?? model.context_length ?? model.max_context_length ?? model.max_input_tokens,
  }));
}

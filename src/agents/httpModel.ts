import { messageOf, SessionError } from '../model/errors.js';
import type { ContentBlock, StopReason } from '../model/entry.js';
import type { ThinkingLevel } from '../model/thinkingLevel.js';
import type { ReplayMessage } from '../model/replayMessages.js';
import type { MessageUsage } from '../model/usage.js';
import type { TurnResult } from './agent.js';
import type { ChatModel, ChatRequest } from './chatModel.js';
import { keyMask, type Endpoint, type Key } from './endpoint.js';
import { endpointFailure, type Asked } from './endpointFailure.js';
import { endpointFetch } from './endpointFetch.js';
import { endpointModels } from './endpointModels.js';
import { withRetries } from './endpointRetry.js';
import type * as modelSdk from './modelSdk.js';

type SdkModel = ReturnType<ReturnType<typeof modelSdk.createAnthropic>['chat']>;
type SdkOptions = Parameters<SdkModel['doStream']>[0];
type SdkMessage = SdkOptions['prompt'][number];
type SdkPart = Awaited<ReturnType<SdkModel['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;
type SdkEnd = Extract<SdkPart, { type: 'finish' }>;

export interface HttpModelOptions {
  readonly title: string;
  /** The agent's name in the config. */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Asked at each request. */
  readonly key: () => Promise<Key>;
  /** How long a request that failed for now waits before it is made again, in milliseconds, where the default does not serve. */
  readonly retryMs?: number | undefined;
}

/** The models behind an HTTP endpoint, through the model SDK. */
export function httpModel({ title, name, endpoint, key, retryMs }: HttpModelOptions): ChatModel {
  const withKey = async <T>(model: string | undefined, act: (fetch: typeof globalThis.fetch) => Promise<T>): Promise<T> => {
    const used = await key();
    try {
      return await act(endpointFetch(endpoint, used.value));
    } catch (error) {
      const asked: Asked = { title, name, endpoint, key: used, mask: keyMask(used.value), model };
      throw error instanceof SessionError ? error : endpointFailure(error, asked);
    }
  };
  return {
    thinks: true,
    unchosen: 'only',
    offered: (signal) => withKey(undefined, (fetch) => endpointModels(endpoint, { fetch, signal })),
    answer: (request) =>
      withKey(request.model, async (fetch) => {
        const model = await sdkModel(endpoint, request.model, fetch);
        let hasBegun = false;
        const update: ChatRequest['update'] = (told) => {
          hasBegun ||= told.kind !== 'notice';
          request.update(told);
        };
        return withRetries(() => stream(model, { ...request, update }), {
          ...{ signal: request.signal, hasBegun: () => hasBegun, waitMs: retryMs },
          notice: (text) => update({ kind: 'notice', level: 'warning', text }),
        });
      }),
  };
}

async function sdkModel({ protocol, url }: Endpoint, model: string, fetch: typeof globalThis.fetch): Promise<SdkModel> {
  const { createAnthropic, createOpenAICompatible } = await import('./modelSdk.js');
  // `fetch` sets the key. Without one here, the SDK would take that of the environment.
  if (protocol === 'anthropic') return createAnthropic({ baseURL: url, apiKey: 'set by fetch', fetch }).chat(model);
  return createOpenAICompatible({ name: 'endpoint', baseURL: url, fetch, includeUsage: true }).chatModel(model);
}

async function stream(model: SdkModel, { messages, thinking, signal, update }: ChatRequest): Promise<TurnResult> {
  const { stream: parts } = await model.doStream({
    prompt: messages.map(sdkMessage),
    abortSignal: signal,
    ...(thinking === undefined ? {} : { reasoning: reasoningOf(thinking) }),
  });
  let end: SdkEnd | undefined;
  let answeredBy: string | undefined;
  for await (const part of parts) {
    switch (part.type) {
      case 'text-delta':
        update({ kind: 'text', delta: part.delta });
        break;
      case 'reasoning-delta':
        update({ kind: 'thinking', delta: part.delta });
        break;
      case 'response-metadata':
        answeredBy = part.modelId ?? answeredBy;
        break;
      case 'stream-start':
        for (const warning of part.warnings) update({ kind: 'notice', level: 'warning', text: warningText(warning) });
        break;
      case 'error':
        throw part.error;
      case 'finish':
        end = part;
        break;
      default:
        // Beginnings and ends of blocks; and tools, of which none are offered.
        break;
    }
  }
  if (!end) throw new Error('the answer ended in the middle');
  return { stop_reason: stopReasons[end.finishReason.unified] ?? 'end_turn', usage: usageOf(end), model: answeredBy };
}

const stopReasons: Readonly<Record<string, StopReason>> = { length: 'max_tokens', 'content-filter': 'refusal' };

const reasoningOf = (level: ThinkingLevel): NonNullable<SdkOptions['reasoning']> => (level === 'off' ? 'none' : level);

function sdkMessage({ role, content }: ReplayMessage): SdkMessage {
  if (role === 'user') return { role, content: content.map(userPart) };
  return { role, content: content.map((block) => ({ type: 'text', text: textOfBlock(block) })) };
}

type UserPart = Extract<SdkMessage, { role: 'user' }>['content'][number];

function userPart(block: ContentBlock): UserPart {
  if (block.type === 'image' && block.data !== undefined) {
    return { type: 'file', mediaType: block.mime_type, data: { type: 'data', data: block.data } };
  }
  return { type: 'text', text: textOfBlock(block) };
}

/** It has no tools to open a link with, so that a link is its name. */
function textOfBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
      return '[an image that could not be sent]';
    case 'resource':
      return block.text === undefined ? (block.title ?? block.uri) : `${block.title ?? block.uri}:\n\n${block.text}`;
  }
}

/** `undefined` where the endpoint does not count. Cost is not told by this protocol. */
function usageOf({ usage: { inputTokens, outputTokens } }: SdkEnd): MessageUsage | undefined {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return undefined;
  const [input, output] = [inputTokens.total ?? 0, outputTokens.total ?? 0];
  const [cached, reasoning] = [inputTokens.cacheRead ?? 0, outputTokens.reasoning ?? 0];
  return { input, output, cached, reasoning, total: input + output, cost_usd: null };
}

type SdkWarning = Extract<SdkPart, { type: 'stream-start' }>['warnings'][number];

function warningText(warning: SdkWarning): string {
  if (warning.type === 'other') return warning.message;
  if ('feature' in warning)
    return `the model does not take the setting ${warning.feature}${warning.details === undefined ? '' : `: ${warning.details}`}`;
  return messageOf(warning.message);
}

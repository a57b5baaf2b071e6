// The model SDK, as a bundle of its own (see esbuild.mjs): loaded at the first turn of a session that an endpoint answers, and
// in the package once for the command line and the server. Nothing of ours is in it, or its classes would be there twice.
export { createAnthropic } from '@ai-sdk/anthropic';
export { createOpenAICompatible } from '@ai-sdk/openai-compatible';

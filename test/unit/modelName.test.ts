import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelBeside, modelName } from '../../src/model/modelName.js';

test('a model is called without its providers and its day, Anthropic’s by family and version, and else as its id says', () => {
  const names: readonly (readonly [id: string, name: string])[] = [
    ['claude-sonnet-4-5-20250929', 'Sonnet 4.5'],
    ['anthropic/claude-opus-4-5-20251101', 'Opus 4.5'],
    ['claude-sonnet-4-5-20250929[1m]', 'Sonnet 4.5 [1m]'],
    ['claude-haiku-4-5@20251001', 'Haiku 4.5'],
    ['claude-opus-5', 'Opus 5'],
    ['claude-3-5-haiku-20241022', 'Haiku 3.5'],
    ['claude-3-opus-20240229', 'Opus 3'],
    ['claude-3-7-sonnet-latest', 'claude-3-7-sonnet-latest'],
    ['claude-opus-4-5-thinking', 'claude-opus-4-5-thinking'],
    ['claude-2.1', 'claude-2.1'],
    ['claude', 'claude'],
    ['gpt-5-2025-08-07', 'gpt-5'],
    ['accounts/fireworks/models/llama-v3p1-405b-instruct', 'llama-v3p1-405b-instruct'],
    // What is no day stays, and so does what may be a name of its own.
    ['gpt-5-codex', 'gpt-5-codex'],
    ['gpt-4-0613', 'gpt-4-0613'],
    ['gemini-2.5-flash-preview-05-20', 'gemini-2.5-flash-preview-05-20'],
    ['model-10000000', 'model-10000000'],
    ['llama3.2:latest', 'llama3.2:latest'],
    ['20250929', '20250929'],
    ['Opus 4.5', 'Opus 4.5'],
    ['openrouter/', 'openrouter/'],
    ['', ''],
  ];
  for (const [id, name] of names) assert.equal(modelName(id), name, id);
});

test('a model is not named where that says no more than the agent', () => {
  assert.equal(modelBeside('Demo', 'demo'), '');
  assert.equal(modelBeside('Demo', undefined), '');
  assert.equal(modelBeside('Demo', 'demo-terse'), 'demo-terse');
  assert.equal(modelBeside('Claude', 'anthropic/claude'), '');
});

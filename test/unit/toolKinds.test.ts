import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ToolCall } from '../../src/model/entry.js';
import { ClawdiusEntries } from '../../src/sources/clawdius/clawdiusEntries.js';
import { codexCall } from '../../src/sources/codex/codexTool.js';
import { geminiCall } from '../../src/sources/gemini/geminiTool.js';
import { openclackyCall } from '../../src/sources/openclacky/openclackyTool.js';
import { openclawToolCall } from '../../src/sources/openclaw/openclawTool.js';
import { opencodeToolCall } from '../../src/sources/opencode/opencodeTool.js';

function clawdiusCall(name: string): ToolCall | undefined {
  const entries = new ClawdiusEntries(undefined);
  entries.add({ id: 'a', role: 'assistant', content: '', tool_calls: JSON.stringify([{ id: 'c', name }]) });
  return entries.entries.flatMap((entry) => (entry.type === 'tool_call' ? [entry.call] : []))[0];
}

/** By source, a call of the tool with that name. */
const calls: Readonly<Record<string, (name: string) => ToolCall | undefined>> = {
  clawdius: clawdiusCall,
  codex: (name) => codexCall({ type: 'function_call', call_id: 'c', name, arguments: '{}' }),
  gemini: (name) => geminiCall({ id: 'c', name, status: name }, new Map()),
  openclacky: (name) => openclackyCall('c', { name }),
  openclaw: (name) => openclawToolCall({ name }, 'c'),
  opencode: (name) => opencodeToolCall({ tool: name }, 'c', true),
};

describe('a tool that is called as what every object has', () => {
  for (const [source, call] of Object.entries(calls))
    test(`is any other one in ${source}`, () => {
      for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
        assert.equal(call(name)?.kind, 'other', name);
        assert.equal(call(name)?.status, call('a tool')?.status, name);
      }
    });
});

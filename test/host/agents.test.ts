import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type * as vscode from 'vscode';
import { textOf } from '../../src/model/contentText.js';
import { filesWith } from '../support/entriesBelow.js';
import { chatEvents, startEndpoint } from '../support/endpointServer.js';
import { hostForFile } from '../support/host.js';
import { request } from '../support/hostSessions.js';
import { until } from '../support/until.js';

const key = 'sk-of-the-editor-0123456789';
const endpoint = await startEndpoint(() => ({ events: chatEvents([{ content: 'the cloud says yes' }]) }));
after(() => endpoint.close());
const demo = fileURLToPath(new URL('../../dist/demoAgent.js', import.meta.url));

const host = hostForFile({
  settings: {
    'chat.disableAIFeatures': false,
    'skein.trace.server': 'verbose',
  },
  machineSettings: {
    'skein.agents': {
      cloud: { endpoint: { url: endpoint.url, key_env: 'NO_SUCH_KEY' }, defaults: { model: 'llama' } },
      mine: { command: process.execPath, args: [demo] },
    },
  },
});

const agentNamed = async (name: string) => {
  const agents = await request(host(), 'agents/list', { folder: host().workspace });
  return agents.find((agent) => agent.name === name);
};

/** A new session of an agent, with the answer to one prompt: its text, or the error that came in its place. */
async function ask(backend: string, prompt: string, model?: string): Promise<string> {
  const folder = host().workspace;
  const { id } = await request(host(), 'sessions/create', { folder, backend, ...(model === undefined ? {} : { model }) });
  await request(host(), 'turn/start', { folder, id, content: [{ type: 'text', text: prompt }] });
  return until(`the answer of ${backend}`, async () => {
    const { row, entries, running } = await request(host(), 'sessions/get', { folder, id });
    const last = entries.findLast((entry) => entry.type === 'message');
    if (running || row.running || last?.message.role !== 'assistant') return undefined;
    return last.error ?? textOf(last.message.content);
  });
}

describe('agents of the settings', () => {
  test('another program that speaks the protocol answers under its own name, and it is said where it comes from', async () => {
    await until('the agent of the settings', async () => (await agentNamed('mine')) !== undefined);
    const mine = await agentNamed('mine');
    assert.deepEqual([mine?.from, mine?.demo, mine?.problem], ['config', false, undefined]);
    assert.match(await ask('mine', 'What is 6 * 7?'), /42/);
  });

  test('a key is set and removed in the editor, goes to its endpoint, and is in no file and no log', async () => {
    const { window, server, workspace, home } = host();
    assert.equal((await agentNamed('cloud'))?.key, 'missing');
    await window.runCommand('Developer: Set Log Level...');
    await window.pick(/^Skein/);
    await window.pick('Trace');
    await window.runCommand('Skein: Set Key for an Agent…');
    await window.pick('cloud');
    await window.answer(key);
    await window.toast('The key of cloud is kept').waitFor();
    assert.equal((await agentNamed('cloud'))?.key, 'editor');

    assert.equal(await ask('cloud', 'hello'), 'the cloud says yes');
    assert.equal(endpoint.requests.find(({ method }) => method === 'POST')?.headers.authorization, `Bearer ${key}`);
    // The log names the request, so that it would hold the answer too.
    await until('the log', async () => (await filesWith('secrets/get', await server.logsFolder())).length > 0);
    for (const folder of [workspace, home, server.userDataDir]) assert.deepEqual(await filesWith(key, folder), []);

    await window.runCommand('Skein: Set Key for an Agent…');
    await window.pick('cloud');
    await window.pick('Remove the key');
    await window.toast('The key of cloud was removed').waitFor();
    assert.equal((await agentNamed('cloud'))?.key, 'missing');
  });
});

describe('the language models of VS Code', () => {
  test('answer as an agent where an extension brings some, and say why they do not', async () => {
    assert.equal(await agentNamed('vscode'), undefined);
    await host().evaluate((api) => {
      const provider: vscode.LanguageModelChatProvider = {
        provideLanguageModelChatInformation: () => [
          { ...{ id: 'echo', name: 'Echo', family: 'echo', version: '1' }, maxInputTokens: 4096, maxOutputTokens: 1024, capabilities: {} },
        ],
        provideLanguageModelChatResponse: (_model, messages, _options, progress) => {
          const texts = messages.map(({ content }) =>
            content.map((part) => (part instanceof api.LanguageModelTextPart ? part.value : '')).join(''),
          );
          if (texts.at(-1) === 'refuse') throw api.LanguageModelError.NoPermissions('not allowed');
          for (const text of ['You said: ', texts.at(-1) ?? '']) progress.report(new api.LanguageModelTextPart(text));
          return Promise.resolve();
        },
        provideTokenCount: () => Promise.resolve(1),
      };
      api.lm.registerLanguageModelChatProvider('skein-test', provider);
    }, undefined);
    await until('the models', async () => (await agentNamed('vscode'))?.from === 'editor');
    assert.equal(await ask('vscode', 'good day'), 'You said: good day');
    assert.match(await ask('vscode', 'refuse'), /^Echo did not answer\b[^]*not allowed/);
    assert.match(await ask('vscode', 'good day', 'gone'), /^VS Code has no model gone/);
  });
});

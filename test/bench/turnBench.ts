import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateGate } from '../../src/extension/updateGate.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { startExtensionClient, type ExtensionClient } from '../support/extensionClient.js';
import { onPrompt, writeFakeAgent } from '../support/fakeAgent.js';
import { bareAgent } from './bareAgent.js';
import { median, ratio, spreadOf, type Figure } from './figure.js';
import { fillStore } from './sampleStore.js';

/** In the store when a turn begins. */
const sessions = 10_000;
const rounds = { first: 15, next: 60 };
const stream = { chunks: 2_000, perSecond: 200 };
const panels = 4;

/** A turn as agents have them; “stream” is one of chunks alone, each with the time at which it was written, in nanoseconds. */
const script = onPrompt(`
  if (params.prompt.at(-1).text !== 'stream') {
    update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'Let me look.' } });
    const call = { toolCallId: 'call' + id, title: 'Read a.ts', kind: 'read' };
    update({ sessionUpdate: 'tool_call', ...call, status: 'in_progress' });
    update({ sessionUpdate: 'tool_call_update', ...call, status: 'completed', content: [{ type: 'content', content: { type: 'text', text: 'const a = 1;' } }] });
    for (let n = 0; n < 20; n++) say('and so it goes on, ');
    return reply(id, { stopReason: 'end_turn' });
  }
  const start = performance.now();
  for (let n = 0; n < ${stream.chunks}; ) {
    const due = Math.min(${stream.chunks}, Math.floor((performance.now() - start) * ${stream.perSecond / 1000}) + 1);
    for (; n < due; n++) say(String(process.hrtime.bigint()) + '\\n');
    await sleep(1);
  }
  reply(id, { stopReason: 'end_turn' });
`);

/** A turn through the session server, in a store of 10,000 sessions, against the same by the bare agent, and what streams, from the agent's stdout to the panels. */
export async function turnBench(scratch: string): Promise<readonly Figure[]> {
  const [folder, home] = [join(scratch, 'project'), join(scratch, 'home')];
  for (const made of [folder, join(home, '.skein')]) mkdirSync(made, { recursive: true });
  const agent = { command: process.execPath, args: [writeFakeAgent(scratch, script)] };
  writeFileSync(join(home, '.skein/config.yaml'), JSON.stringify({ agents: { bench: agent } }));
  fillStore(folder, sessions);
  const client = await startExtensionClient(home, [folder]);
  const listeners = new Set<Listener>();
  client.on('turn/update', (params) => {
    for (const listener of listeners) listener(params);
  });
  const window: Window = { client, folder, listeners };
  try {
    // Its search index is made once: a window that is open for a while has it.
    await client.request('sessions/search', { folder, query: 'needle' });
    return [...(await turnFigures(window, agent)), ...(await streamFigures(window))];
  } finally {
    await client.stop();
  }
}

type Listener = (params: { readonly folder: string; readonly id: string; readonly seq: number; readonly update: TurnUpdate }) => void;

/** What there is of a window: its server, and who hears of turns. */
interface Window {
  readonly client: ExtensionClient;
  readonly folder: string;
  readonly listeners: Set<Listener>;
}

async function turnFigures(window: Window, agent: { readonly command: string; readonly args: readonly string[] }): Promise<Figure[]> {
  const first = { skein: new Array<number>(), bare: new Array<number>() };
  for (let round = 0; round < rounds.first; round++) {
    const id = await newSession(window);
    const skein = async (): Promise<void> => void first.skein.push(await timed(() => turn(window, id, 'go')));
    const bare = async (): Promise<void> => {
      const start = performance.now();
      const begun = await bareAgent(agent, window.folder);
      await begun.prompt('go');
      first.bare.push(performance.now() - start);
      await begun.close();
    };
    // Each comes first as often as the other.
    for (const side of round % 2 === 0 ? [skein, bare] : [bare, skein]) await side();
  }
  const next = { skein: new Array<number>(), bare: new Array<number>() };
  const begun = await bareAgent(agent, window.folder);
  const id = await newSession(window);
  await turn(window, id, 'go');
  for (let round = 0; round < rounds.next; round++) {
    const skein = async (): Promise<void> => void next.skein.push(await timed(() => turn(window, id, 'go')));
    const bare = async (): Promise<void> => void next.bare.push(await timed(() => begun.prompt('go')));
    for (const side of round % 2 === 0 ? [skein, bare] : [bare, skein]) await side();
  }
  await begun.close();
  return [
    overhead('a first turn, with the start of its agent, beyond that of the bare agent', first),
    overhead('a turn, beyond that of the bare agent', next),
  ];
}

function overhead(name: string, { skein, bare }: { readonly skein: readonly number[]; readonly bare: readonly number[] }): Figure {
  const value = median(skein.map((time, round) => time - (bare[round] ?? Number.NaN)));
  return { name: `${name}, median`, value, unit: 'ms', bound: 30, of: {}, spread: [spreadOf(['skein', skein]), spreadOf(['bare', bare])] };
}

async function streamFigures(window: Window): Promise<Figure[]> {
  const one = await newSession(window);
  const shared = await delays(
    window,
    Array.from({ length: panels }, () => one),
  );
  const ids = await Promise.all(Array.from({ length: panels }, () => newSession(window)));
  const own = await delays(window, ids);
  const all = spreadOf(['to four panels', shared.flat()]);
  const chunks = `${String(stream.perSecond)} chunks a second`;
  return [
    {
      name: 'a chunk, from the agent’s stdout to the panel’s message, median',
      ...{ value: all.median, unit: 'ms', bound: 1, of: {}, spread: [all] },
    },
    growth(`${chunks} to four panels on one session: the last tenth’s delay against the first’s`, shared),
    growth(`${chunks} each to four panels of their own sessions: the same`, own),
  ];
}

function growth(name: string, delaysOfPanels: readonly (readonly number[])[]): Figure {
  const tenth = stream.chunks / 10;
  const last = delaysOfPanels.flatMap((delays) => delays.slice(-tenth));
  const first = delaysOfPanels.flatMap((delays) => delays.slice(0, tenth));
  return ratio(name, 1.5, 'median', ['last', last], ['first', first]);
}

/** Streams in each of these sessions at once, with a panel for each, and gives each panel's delays in milliseconds, in order. */
async function delays(window: Window, ids: readonly string[]): Promise<number[][]> {
  // The agents are there, as in a conversation that goes on.
  for (const id of new Set(ids)) await turn(window, id, 'go');
  const shown = await Promise.all(ids.map((id) => openPanel(window, id)));
  await Promise.all([...new Set(ids)].map((id) => turn(window, id, 'stream')));
  for (const panel of shown) {
    panel.close();
    if (panel.delays.length !== stream.chunks) throw new Error(`a panel got ${String(panel.delays.length)} chunks`);
  }
  return shown.map((panel) => panel.delays);
}

/** As a chat panel takes in what is told: by way of the gate that its snapshot closes. What is timed is the message that it would post. */
async function openPanel({ client, folder, listeners }: Window, id: string): Promise<{ readonly delays: number[]; close(): void }> {
  const delays: number[] = [];
  const gate = new UpdateGate(({ update }) => {
    if (update.kind === 'text') delays.push(Number(process.hrtime.bigint() - BigInt(update.delta.trim())) / 1e6);
  });
  const listener: Listener = (params) => {
    if (params.folder === folder && params.id === id) gate.push({ id, seq: params.seq, update: params.update });
  };
  listeners.add(listener);
  await gate.during(async () => ({ id, seq: (await client.request('sessions/get', { folder, id })).seq }));
  return { delays, close: () => void listeners.delete(listener) };
}

async function newSession({ client, folder }: Window): Promise<string> {
  return (await client.request('sessions/create', { folder, backend: 'bench' })).id;
}

/** Runs a turn from the request that starts it to the word of its end. */
function turn({ client, folder, listeners }: Window, id: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const listener: Listener = (params) => {
      if (params.id !== id || params.update.kind !== 'ended') return;
      listeners.delete(listener);
      if (params.update.stop_reason === 'end_turn') resolve();
      else reject(new Error(`the turn ended: ${JSON.stringify(params.update)}`));
    };
    listeners.add(listener);
    client.request('turn/start', { folder, id, content: [{ type: 'text', text }] }).catch(reject);
  });
}

async function timed(act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

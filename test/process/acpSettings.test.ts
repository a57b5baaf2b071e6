import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf, fakeAgentsForFile, onPrompt } from '../support/fakeAgent.js';
import { runTurn } from '../support/runTurn.js';

const agents = fakeAgentsForFile();

describe('the abilities and settings of an ACP agent', () => {
  test('what the agent does not advertise is absent', async () => {
    const connection = await agents.connect('');
    assert.deepEqual([connection.resume, connection.fork, connection.info.can], [undefined, undefined, ['permissions']]);
  });

  const loads = `
    on.initialize = (params, id) => reply(id, { protocolVersion: 1, agentCapabilities: { loadSession: true } });
    on['session/load'] = (params, id) => { say('the whole history'); reply(id, null); };`;

  test('resumes by loading where it must, and swallows the replay', async () => {
    const connection = await agents.connect(loads);
    assert.ok(connection.resume);
    const session = await connection.resume('s1', { cwd: agents.cwd });
    assert.equal(session.id, 's1');
    assert.equal((await runTurn(session, 'x')).text, 'fine');
  });

  test('does not load where that loses the session', async () => {
    assert.equal((await agents.connect(loads, { mayLoad: false })).resume, undefined);
  });

  test('advertises no file and no terminal abilities', async () => {
    const connection = await agents.connect(
      `on.initialize = (params, id) => reply(id, { protocolVersion: 1, agentInfo: { version: JSON.stringify(params.clientCapabilities) } });`,
    );
    const abilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false, session: { notices: {} } };
    assert.deepEqual(JSON.parse(connection.info.version ?? ''), abilities);
  });

  const settings = `
    const log = [];
    const answer = (params, id) => { const { sessionId, ...rest } = params; log.push(rest); reply(id, {}); };
    on['session/set_mode'] = answer; on['session/set_model'] = answer; on['session/set_config_option'] = answer;
    on['session/prompt'] = (params, id) => { say(JSON.stringify(log)); reply(id, { stopReason: 'end_turn' }); };
    const modes = (current, ...ids) => ({ currentModeId: current, availableModes: ids.map((id) => ({ id, name: id })) });
    const select = (id, current, ...values) => ({ id, name: id, type: 'select', currentValue: current, options: values.map((value) => ({ value, name: value })) });
    const state = (more) => { on['session/new'] = (params, id) => reply(id, { sessionId: 's1', ...more }); };\n`;
  const cases: readonly (readonly [what: string, script: string, options: { mode?: string; model?: string }, sent: unknown[]])[] = [
    ['a looser mode than ask is taken back', `state({ modes: modes('bypass', 'default', 'bypass') });`, {}, [{ modeId: 'default' }]],
    [
      'a mode under the name of the agent',
      `state({ modes: modes('default', 'default', 'autoEdit', 'yolo') });`,
      { mode: 'accept_edits' },
      [{ modeId: 'autoEdit' }],
    ],
    ['the next tighter mode', `state({ modes: modes('yolo', 'default', 'yolo') });`, { mode: 'auto' }, [{ modeId: 'default' }]],
    [
      'a mode as a config option',
      `state({ configOptions: [select('mode', 'build', 'build', 'plan')] });`,
      { mode: 'plan' },
      [{ configId: 'mode', value: 'plan' }],
    ],
    [
      'a model as a config option',
      `state({ configOptions: [select('model', 'a', 'a', 'b')] });`,
      { model: 'b' },
      [{ configId: 'model', value: 'b' }],
    ],
    [
      'a model as a method',
      `state({ models: { currentModelId: 'a', availableModels: [{ modelId: 'a', name: 'A' }] } });`,
      { model: 'b' },
      [{ modelId: 'b' }],
    ],
    [
      'nothing that is so already',
      `state({ modes: modes('plan', 'plan'), configOptions: [select('model', 'a', 'a')] });`,
      { mode: 'plan', model: 'a' },
      [],
    ],
  ];
  for (const [what, script, options, sent] of cases) {
    test(`sets ${what}`, async () => {
      const session = await (await agents.connect(settings + script)).create({ cwd: agents.cwd, ...options });
      assert.deepEqual(JSON.parse((await runTurn(session, 'x')).text), sent);
    });
  }

  test('sets how much it thinks, under the name of the agent, and refuses what it has not got', async () => {
    const effort = `{ ...select('reasoning', 'low', 'none', 'low', 'max'), category: 'thought_level' }`;
    const session = await (await agents.connect(`${settings}state({ configOptions: [${effort}] });`)).create({ cwd: agents.cwd });
    assert.deepEqual(session.levels, ['off', 'low', 'xhigh']);
    for (const level of ['low', 'off', 'xhigh'] as const) await session.setThinking?.(level);
    assert.deepEqual(JSON.parse((await runTurn(session, 'x')).text), [
      { configId: 'reasoning', value: 'none' },
      { configId: 'reasoning', value: 'max' },
    ]);
    const { code, hint } = await failureOf(session.setThinking!('medium'));
    assert.deepEqual([code, hint], ['unsupported', 'it offers none, low, max']);
  });

  test('knows the commands that the agent names in one breath with the session, or before it', async () => {
    const named = `update({ sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'init', description: 'look around' }] });`;
    for (const steps of [`reply(id, { sessionId: 's1' }); ${named}`, `${named} reply(id, { sessionId: 's1' });`]) {
      const session = await agents.start(`on['session/new'] = (params, id) => { ${steps} };`);
      await session.prompt([{ type: 'text', text: 'go' }], {
        signal: AbortSignal.any([]),
        update: () => undefined,
        permission: () => Promise.resolve(null),
      });
      assert.deepEqual(
        session.commands?.map(({ name }) => name),
        ['init'],
      );
    }
  });

  test('tells which commands the agent takes', async () => {
    const session = await agents.start(
      onPrompt(`
      update({ sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'init', description: 'look around' }, 7, { name: '/fix', description: 'mend', input: { hint: 'what' } }] });
      reply(id, { stopReason: 'end_turn' });`),
    );
    await runTurn(session, 'x');
    assert.deepEqual(session.commands, [
      { name: 'init', description: 'look around', hint: '' },
      { name: 'fix', description: 'mend', hint: 'what' },
    ]);
  });

  test('refuses a plan where the agent has none', async () => {
    const connection = await agents.connect(`${settings}state({ modes: modes('default', 'default') });`);
    assert.equal((await failureOf(connection.create({ cwd: agents.cwd, mode: 'plan' }))).code, 'unsupported');
  });

  test('tells of each turn what it added to a running total of cost', async () => {
    const session = await agents.start(
      `let total = 0;\n${onPrompt(`
      total += 0.25; update({ sessionUpdate: 'usage_update', used: 10, size: 100, cost: { amount: total, currency: 'USD' } });
      reply(id, { stopReason: 'end_turn' });`)}`,
    );
    const costs = [await runTurn(session, 'one'), await runTurn(session, 'two')].map(({ result }) => result.usage?.cost_usd);
    assert.deepEqual(costs, [0.25, 0.25]);
  });

  test('does not know the cost of the first turn after a resume, unless it is told what came before', async () => {
    const script = `
      on.initialize = (params, id) => reply(id, { protocolVersion: 1, agentCapabilities: { sessionCapabilities: { resume: {} } } });
      on['session/resume'] = (params, id) => reply(id, {});
      ${onPrompt(`update({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 1.5, currency: 'USD' } }); reply(id, { stopReason: 'end_turn' });`)}`;
    const cost = async (spent_usd?: number): Promise<number | null | undefined> => {
      const session = await (await agents.connect(script)).resume!('s1', { cwd: agents.cwd, spent_usd });
      const { updates, result } = await runTurn(session, 'x');
      return (
        result.usage?.cost_usd ?? (updates.some((update) => update.kind === 'usage' && update.usage.cost_usd === null) ? null : undefined)
      );
    };
    assert.deepEqual([await cost(), await cost(1.25), await cost(9)], [null, 0.25, 1.5]);
  });
});

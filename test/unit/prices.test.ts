import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { estimatedCost, priceOf, prices } from '../../src/model/prices.js';
import { SessionError } from '../../src/model/errors.js';
import { codexId, codexLine, codexMeta, linesOf, said, tokenCount, writeRollout } from '../support/codexRollout.js';
import { withFolder } from '../support/openFolder.js';

const at = '2026-06-01T00:00:00.000Z';

describe('the price of a model', () => {
  test('is found by its name with a provider, a date or a variant, and by no other model’s', () => {
    const opus = priceOf('claude-opus-4-5', at, [prices]);
    assert.equal(opus?.input, 5);
    for (const name of ['claude-opus-4-5-20251101', 'anthropic/claude-opus-4-5', 'Claude-Opus-4-5[1m]', 'claude-opus-4-5@20251101'])
      assert.deepEqual(priceOf(name, at, [prices]), opus, name);
    assert.equal(priceOf('models/gemini-2.5-flash', at, [prices])?.output, 2.5);
    for (const name of ['', 'gpt-5-huge', 'claude-opus-4-5-turbo', 'my-gpt-5']) assert.equal(priceOf(name, at, [prices]), undefined, name);
  });

  test('is the latest that had begun, and the person’s own before ours', () => {
    const own = [
      { model: 'gpt-5', input: 1, cached: 1, output: 1, from: '2026-03-01' },
      { model: 'gpt-5', input: 2, cached: 2, output: 2, from: '2026-05-01' },
      { model: 'gpt-5', input: 3, cached: 3, output: 3, from: '2026-07-01' },
    ];
    assert.equal(priceOf('gpt-5', at, [own, prices])?.input, 2);
    assert.equal(priceOf('gpt-5', '2026-01-01T00:00:00.000Z', [own, prices])?.input, 1.25, 'before the first of them, ours');
    assert.equal(priceOf('gpt-5', '2026-01-01T00:00:00.000Z', [own]), undefined);
  });

  test('is applied to what was read from the cache and to what was thought', () => {
    const price = { input: 10, cached: 1, output: 100 };
    const million = 1_000_000;
    const cost = (usage: object) => estimatedCost({ input: 0, output: 0, cached: 0, reasoning: 0, total: 0, ...usage }, price);
    assert.equal(cost({ input: 2 * million, cached: million, output: million, total: 3 * million }), 10 + 1 + 100);
    assert.equal(cost({ input: million, output: million, reasoning: million, total: 3 * million }), 10 + 200);
  });
});

describe('usage without a cost', () => {
  const million = 1_000_000;

  test('is estimated apart from what was noted, by the own table first; a model without a price stays unknown', async () => {
    await withFolder({}, async ({ workspace, dir, home }) => {
      for (const [index, model] of ['gpt-5', 'gpt-unheard-of'].entries()) {
        const id = codexId(index + 1);
        const lines = [
          codexMeta(id, { cwd: dir }),
          codexLine('turn_context', { model, cwd: dir }),
          said('user', 'a', 1),
          said('assistant', 'b', 2),
        ];
        await writeRollout(join(home, '.codex'), id, linesOf([...lines, tokenCount([million, million], [million, million], 3)]));
      }
      const costs = async () =>
        (await workspace.usage('model')).map((row) => [row.key, row.cost_usd, row.estimated_usd, row.unpriced_tokens]).sort();
      assert.deepEqual(await costs(), [
        ['gpt-5', null, 11.25, 0],
        ['gpt-unheard-of', null, null, 2 * million],
      ]);
      const file = join(home, '.skein/prices.yaml');
      await mkdir(join(home, '.skein'), { recursive: true });
      await writeFile(file, 'gpt-unheard-of: { input: 1, output: 2 }\ngpt-5:\n  - { input: 4, output: 4, from: 2027-01-01 }\n');
      assert.deepEqual(await costs(), [
        ['gpt-5', null, 11.25, 0],
        ['gpt-unheard-of', null, 3, 0],
      ]);
      await writeFile(file, 'gpt-5: { input: cheap }\n');
      await assert.rejects(costs, (error) => error instanceof SessionError && error.code === 'damaged' && error.message.includes(file));
    });
  });
});

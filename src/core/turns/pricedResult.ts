import type { AgentInfo, TurnResult } from '../../agents/agent.js';
import { messageOf } from '../../model/errors.js';
import { estimatedCost, priceOf, prices } from '../../model/prices.js';
import type { CoreContext } from '../context.js';
import { priceTables } from '../config/ownPrices.js';

/**
 * What a turn cost, where a model behind an endpoint answered, which counts tokens and tells no cost: by the tables of prices,
 * and marked as that. A model that they do not know costs nobody knows what.
 */
export async function pricedResult(context: CoreContext, { key }: AgentInfo, result: TurnResult): Promise<TurnResult> {
  const { usage, model } = result;
  const isEndpoint = key !== undefined;
  if (!isEndpoint || !usage || typeof usage.cost_usd === 'number' || model === undefined) return result;
  const tables = await priceTables(context).catch((error: unknown) => {
    context.logger.warn(messageOf(error));
    return [prices];
  });
  const price = priceOf(model, new Date(context.now()).toISOString(), tables);
  return price ? { ...result, usage: { ...usage, cost_usd: estimatedCost(usage, price), cost_estimated: true } } : result;
}

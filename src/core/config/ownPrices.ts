import { join } from 'node:path';
import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { prices, type PriceRow } from '../../model/prices.js';
import type { CoreContext } from '../context.js';
import { HomeFile } from './homeFile.js';

const dollars = z.number().nonnegative();
const rowSchema = z
  .object({ input: dollars, cached: dollars.optional(), output: dollars, from: z.iso.date().optional() })
  .transform((row) => ({ ...row, cached: row.cached ?? row.input }));
const fileSchema = z.record(z.string().min(1), z.union([rowSchema.transform((one) => [one]), z.array(rowSchema)]));

/**
 * The price tables, the person's own first: `$SKEIN_HOME/prices.yaml`, a model's name over its prices or a list of them by date.
 * `damaged`, naming the file, where it does not say that.
 */
export async function priceTables({ home, program, logger }: CoreContext): Promise<readonly (readonly PriceRow[])[]> {
  const file = new HomeFile(join(home, 'prices.yaml'), { program, logger });
  const text = await file.read();
  if (text === undefined) return [prices];
  const { parseConfig } = await import('./configText.js');
  const parsed = fileSchema.safeParse(parseConfig(text, file.path));
  if (!parsed.success) {
    throw new SessionError('damaged', `${file.path} is no table of prices: ${z.prettifyError(parsed.error)}`, {
      hint: 'write a model, and below it input, cached and output: US dollars for a million tokens',
    });
  }
  return [Object.entries(parsed.data).flatMap(([model, rows]) => rows.map((row) => ({ model, ...row }))), prices];
}

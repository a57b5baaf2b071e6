import { SessionError } from '../model/errors.js';
import type { CoreContext } from './context.js';

/** Whether our store has a session of that whole id. */
export async function isOurs({ store }: Pick<CoreContext, 'store'>, id: string): Promise<boolean> {
  try {
    await store.row(id);
    return true;
  } catch (error) {
    if (error instanceof SessionError && error.code === 'not_found') return false;
    throw error;
  }
}

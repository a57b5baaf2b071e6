import { thisOwner, type Owner } from '../../src/store/owner.js';

/** A process of this machine that is gone: this one's number, given to an earlier process. */
export async function deadOwner(): Promise<Owner> {
  return { ...(await thisOwner('gone program', 'abcdef0123456789')), start: '1' };
}

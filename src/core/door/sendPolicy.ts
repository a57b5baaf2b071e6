import type { SessionSettings } from '../../model/record.js';
import { sendPolicies, type SendPolicy } from '../../model/sendPolicy.js';
import type { CoreContext } from '../context.js';

/** What a session does with messages while it runs. A record can only tighten what the person's config says. */
export async function sendPolicyOf({ config }: Pick<CoreContext, 'config'>, { send_policy: own }: SessionSettings): Promise<SendPolicy> {
  const said = await config.get('send_policy');
  return own === 'refuse' ? own : (sendPolicies.find((policy) => policy === said) ?? 'queue');
}

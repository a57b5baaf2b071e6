import * as z from 'zod';
import { permissionModes } from '../model/permissionMode.js';
import { sendPolicies } from '../model/sendPolicy.js';
import { thinkingLevels } from '../model/thinkingLevel.js';

/** The settings of a session that can be changed, by a panel and by a request; `null`: as the default says again. */
export const settingsChange = {
  model: z.string().min(1).nullable().optional(),
  thinking_level: z.enum(thinkingLevels).nullable().optional(),
  permission_mode: z.enum(permissionModes).nullable().optional(),
  fallbacks: z.array(z.string().min(1)).nullable().optional(),
  verbose: z.boolean().nullable().optional(),
  send_policy: z.enum(sendPolicies).nullable().optional(),
};

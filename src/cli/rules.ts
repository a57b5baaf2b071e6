import type { PermissionRule } from '../model/permissionRule.js';
import type { Invocation } from './invocation.js';
import { plainLine } from './plainText.js';
import { shortId } from './shortId.js';
import { countOf } from './words.js';

/** `skein rules list`: what agents were allowed for longer than once in this folder. */
export async function rulesList({ options, terminal, open }: Invocation): Promise<undefined> {
  const rules = await (await open()).rules().list();
  if (options.json === true) terminal.json(rules);
  else for (const rule of rules) terminal.print(plainLine(lineOf(rule)));
  if (rules.length === 0 && options.json !== true) terminal.say('no rules: agents ask each time, as the mode says');
  return undefined;
}

/** `skein rules remove <id…>`: from then on the agent asks again. */
export async function rulesRemove({ args, terminal, open }: Invocation): Promise<undefined> {
  await (await open()).rules().remove(args);
  terminal.say(`${countOf(args.length, 'rule')} removed`);
}

function lineOf({ id, agent, kind, subject, session }: PermissionRule): string {
  const where = session === undefined ? 'in this folder' : `in session ${shortId(session)}`;
  return `${id}  ${agent} may ${kind}${subject === undefined ? ' files' : `: ${subject}`}  (${where})`;
}

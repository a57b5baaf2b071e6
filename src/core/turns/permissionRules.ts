import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import { permissionRuleSchema, type PermissionRule } from '../../model/permissionRule.js';
import { freshId } from '../../store/freshId.js';
import type { HomeFile } from '../config/homeFile.js';

/** By store folder. */
const rulesSchema = z.looseObject({ version: z.literal(1), stores: z.record(z.string(), z.array(permissionRuleSchema)) });
type Rules = z.infer<typeof rulesSchema>;

/** What a rule is about, without when it was made. */
export interface RuleContent {
  readonly agent: string;
  readonly kind: PermissionRule['kind'];
  readonly subject?: string | undefined;
  readonly session?: string | undefined;
}

/**
 * `$SKEIN_HOME/rules.json`: what this person allowed for longer than once, by store. Never in a folder: it can come from a
 * stranger.
 */
export class PermissionRules {
  readonly #file: HomeFile;

  constructor(file: HomeFile) {
    this.#file = file;
  }

  /** The rules of a store, oldest first. */
  async list(root: string): Promise<readonly PermissionRule[]> {
    return this.#parse(await this.#file.read()).stores[root] ?? [];
  }

  /** Whether a rule lets this through: one of the session, or of the whole folder. */
  async allow(root: string, wanted: RuleContent & { readonly session: string }): Promise<boolean> {
    return (await this.list(root)).some(
      (rule) =>
        rule.agent === wanted.agent &&
        rule.kind === wanted.kind &&
        rule.subject === wanted.subject &&
        (rule.session === undefined || rule.session === wanted.session),
    );
  }

  /** Keeps a rule, once. */
  async keep(root: string, content: RuleContent, now: number): Promise<void> {
    await this.#change(root, (rules) => {
      const { agent, kind, subject, session } = content;
      const known = rules.some(
        (rule) => rule.agent === agent && rule.kind === kind && rule.subject === subject && rule.session === session,
      );
      return known ? rules : [...rules, { id: freshId().slice(0, 8), ...content, created_at: new Date(now).toISOString() }];
    });
  }

  /** Takes rules back; `not_found` when one of them is not there, and then none is. */
  async remove(root: string, ids: readonly string[]): Promise<void> {
    await this.#change(root, (rules) => {
      const missing = ids.find((id) => !rules.some((rule) => rule.id === id));
      if (missing !== undefined)
        throw new SessionError('not_found', `there is no rule ${missing}`, { hint: 'skein rules list shows them' });
      return rules.filter(({ id }) => !ids.includes(id));
    });
  }

  async #change(root: string, change: (rules: readonly PermissionRule[]) => readonly PermissionRule[]): Promise<void> {
    await this.#file.change((text) => {
      const all = this.#parse(text);
      const rules = change(all.stores[root] ?? []);
      return `${JSON.stringify({ ...all, stores: { ...all.stores, [root]: rules } }, undefined, 2)}\n`;
    });
  }

  #parse(text: string | undefined): Rules {
    if (text === undefined) return { version: 1, stores: {} };
    const parsed = rulesSchema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new SessionError('damaged', `${this.#file.path} does not parse`, { hint: 'mend it or remove it: agents then ask again' });
  }
}

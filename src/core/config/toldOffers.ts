import * as z from 'zod';
import { agentOffersSchema, type AgentOffers } from '../../model/agentOffers.js';
import { jsonOf } from '../../model/json.js';
import type { HomeFile } from './homeFile.js';

const toldSchema = agentOffersSchema.pick({ models: true, thinking_levels: true });
const fileSchema = z.looseObject({ version: z.literal(1), agents: z.record(z.string(), toldSchema) });
type Told = Pick<AgentOffers, 'models' | 'thinking_levels'>;
type File = z.infer<typeof fileSchema>;

/** Of one agent; those that list every model there is are cut. */
const mostModels = 500;

/**
 * `$SKEIN_HOME/agents.json`: the models and levels of thinking that each agent told of when it last had a turn, so that they can be
 * chosen from before the next one.
 */
export class ToldOffers {
  readonly #file: HomeFile;
  readonly #asked = new Map<string, Promise<void>>();

  constructor(file: HomeFile) {
    this.#file = file;
  }

  async of(agent: string): Promise<Told> {
    return this.#parse(await this.#file.read()).agents[agent] ?? { models: [], thinking_levels: [] };
  }

  /** Has an agent asked that has told nothing yet, once for all who want to know. */
  async once(agent: string, ask: () => Promise<void>): Promise<void> {
    if ((await this.of(agent)).models.length > 0) return;
    const asked =
      this.#asked.get(agent) ??
      ask().catch((error: unknown) => {
        this.#asked.delete(agent);
        throw error;
      });
    this.#asked.set(agent, asked);
    await asked;
  }

  /** Keeps what an agent told; nothing where it did not say. */
  async keep(agent: string, { models, thinking_levels }: Told): Promise<void> {
    const told: Told = { models: models.slice(0, mostModels).map(({ id, title }) => ({ id, title })), thinking_levels };
    if (told.models.length === 0 && thinking_levels.length === 0) return;
    if (JSON.stringify(await this.of(agent)) === JSON.stringify(told)) return;
    await this.#file.change((text) => {
      const file = this.#parse(text);
      return `${JSON.stringify({ ...file, agents: { ...file.agents, [agent]: told } }, undefined, 1)}\n`;
    });
  }

  /** One that does not parse costs no more than that agents tell it anew. */
  #parse(text: string | undefined): File {
    const parsed = fileSchema.safeParse(text === undefined ? undefined : jsonOf(text));
    return parsed.success ? parsed.data : { version: 1, agents: {} };
  }
}

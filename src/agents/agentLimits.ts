/** How long an agent may take, in milliseconds. */
export interface Limits {
  /** From the start of the process to its answer to `initialize`: on a busy machine the slowest take half of it. */
  readonly start: number;
  /** For `session/new`, `load`, `resume` and `fork`: agents start their MCP servers meanwhile. */
  readonly open: number;
  /** From `session/cancel` to the end of the turn. */
  readonly cancel: number;
  /** Of silence in a turn, while no tool runs and nothing was asked, until the person is told. */
  readonly quiet: number;
  /** The same until the agent is given up: longer than the slowest model thinks. */
  readonly mute: number;
}

export const defaultLimits: Limits = { start: 60_000, open: 90_000, cancel: 1000, quiet: 20_000, mute: 15 * 60_000 };

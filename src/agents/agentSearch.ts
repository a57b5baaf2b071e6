import * as path from 'node:path';
import type { AgentInfo } from './agent.js';
import type { AgentRow, AgentWay } from './agentTable.js';
import type { EndpointSettings } from './endpoint.js';
import { findPrograms, inspectProgram, type Program } from './programSearch.js';

/** `agents.<name>` of the config. Only the person's own: a folder's must never reach this. */
export interface AgentConfig {
  /** An absolute path, or a name to look for; replaces the program of the table. */
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A model behind an HTTP endpoint, instead of a program. */
  readonly endpoint?: EndpointSettings | undefined;
  /** The model of its sessions where they name none. */
  readonly model?: string | undefined;
}

/** An agent as it is on this machine. */
export interface FoundAgent {
  /** Of the way that is taken. */
  readonly info: AgentInfo;
  /** Best first; empty when there is no program for it. */
  readonly found: readonly FoundWay[];
  readonly config: AgentConfig;
}

export interface FoundWay {
  readonly info: AgentInfo;
  readonly way: AgentWay;
  readonly program: Program;
}

/** Looks for the programs of an agent in these folders, and takes none that lies in one to `refuse`. Starts nothing. */
export async function searchAgent(
  row: AgentRow,
  config: AgentConfig,
  { folders, refuse }: { readonly folders: readonly string[]; readonly refuse: readonly string[] },
): Promise<FoundAgent> {
  const ways: AgentRow['ways'] = config.command === undefined ? row.ways : [wayOf(row, config.command)];
  const from = config.command === undefined ? {} : { from: 'config' as const };
  const base = { name: row.name, title: row.title, demo: false, ...from };
  const found: FoundWay[] = [];
  for (const way of ways) {
    const program = await programOf(way, { folders, refuse });
    if (!program) continue;
    // What the config names may be another program.
    const tells = way.tells === true && config.command === undefined ? { tells: true } : {};
    const { version, path: file } = program;
    found.push({ way, program, info: { ...base, version, path: file, via: way.via, ...tells, can: way.can } });
  }
  const [best] = found;
  if (best) return { info: best.info, found, config };
  const [first] = ways;
  const install = first.package !== undefined && config.command === undefined ? `npm install -g ${first.package}` : undefined;
  return { info: { ...base, can: first.can, problem: notFound(ways), install }, found, config };
}

/** The way that the config's program is started: the one that looks for a program of that name, else the first. */
function wayOf({ ways }: AgentRow, command: string): AgentWay {
  const name = path.parse(command).name;
  return { ...(ways.find(({ program }) => program === name) ?? ways[0]), program: command, packageOnly: false };
}

async function programOf(
  way: AgentWay,
  { folders, refuse }: { readonly folders: readonly string[]; readonly refuse: readonly string[] },
): Promise<Program | undefined> {
  for (const file of await findPrograms(way.program, folders, refuse)) {
    const program = await inspectProgram(file, way.package);
    if (way.packageOnly !== true || program.version !== undefined) return program;
  }
  return undefined;
}

function notFound(ways: readonly AgentWay[]): string {
  const [first = '', ...others] = ways.map(({ program }) => `“${program}”`);
  const where = ways.every(({ program }) => path.isAbsolute(program)) ? '' : ' on the PATH';
  return `${first} was not found${where}${others.map((name) => `, nor was ${name}`).join('')}`;
}

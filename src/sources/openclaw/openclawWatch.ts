import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { watchFolder } from '../folderWatch.js';
import type { OpenclawAgent, OpenclawPlace } from './openclawPlace.js';

/** Calls back when a session of any agent changed, of those too that come later. Returns its stop. */
export function watchAgents(place: OpenclawPlace, changed: () => void): () => void {
  let stops: readonly (() => void)[] = [];
  const stop = (): void => {
    for (const each of stops) each();
  };
  const start = (): void => {
    const agents = agentsIn(place);
    // A new folder in one of these is one more to watch.
    const outer = [join(place.state, 'agents'), ...agents.map(({ database }) => dirname(dirname(database)))];
    const inner = agents.flatMap(({ sessions, database }) => [sessions, dirname(database)]).filter((folder) => existsSync(folder));
    stops = [...outer.map((folder) => watchFolder(folder, again)), ...inner.map((folder) => watchFolder(folder, changed))];
  };
  const again = (): void => {
    stop();
    start();
    changed();
  };
  start();
  return stop;
}

/** The agents, as far as they can be looked at: why not says the list. */
function agentsIn(place: OpenclawPlace): readonly OpenclawAgent[] {
  try {
    return place.agents();
  } catch {
    return [];
  }
}

import type { Holder } from '../src/model/row.js';

type Named = Pick<Holder, 'program' | 'host' | 'pid'>;

/** Where a session runs, for a heading: `in another window`. */
export function placeOf({ program }: Pick<Holder, 'program'>): string {
  if (program === 'vscode') return 'in another window';
  return program === 'skein' ? 'in a terminal' : `in ${program}`;
}

/** Who runs it, or took it: `VS Code, process 4711 on host`. */
export function holderWords({ program, host, pid }: Named): string {
  const name = program === 'vscode' ? 'VS Code' : program === 'skein' ? 'skein in a terminal' : program;
  return `${name}, process ${pid} on ${host}`;
}

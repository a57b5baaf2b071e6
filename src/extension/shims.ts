export interface Shim {
  readonly name: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * `skein` for POSIX shells and `skein.cmd` for Windows: VS Code's own Node runs the command line. The editor's program is given
 * whole, as it is on no PATH; ELECTRON_RUN_AS_NODE makes a Node of it, and the command line removes it before it starts anything.
 */
export function shims(program: string, script: string): readonly Shim[] {
  return [
    { name: 'skein', mode: 0o755, text: `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${shellQuoted(program)} ${shellQuoted(script)} "$@"\n` },
    {
      name: 'skein.cmd',
      mode: 0o644,
      text: `@echo off\r\nsetlocal\r\nset ELECTRON_RUN_AS_NODE=1\r\n"${batchText(program)}" "${batchText(script)}" %*\r\n`,
    },
  ];
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** Inside double quotes a batch file still expands `%`; a Windows path holds no double quote. */
const batchText = (text: string): string => text.replaceAll('%', '%%');

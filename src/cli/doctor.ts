import type { Finding } from '../model/report.js';
import { isMendingUndoable } from '../model/mending.js';
import { healthLines } from './healthLines.js';
import type { ExitCode, Invocation } from './invocation.js';
import { plainLine } from './plainText.js';
import { withProgress } from './progress.js';
import type { Terminal } from './terminal.js';

/** `skein doctor`: what is wrong in the store. Exit 5 while anything is; after `--fix`, while anything is left. */
export async function doctor({ options, terminal, open }: Invocation): Promise<ExitCode> {
  const workspace = await open();
  const fix = options.fix === true;
  const findings = await withProgress(terminal, 'looking', workspace.doctor({ fix }));
  const left = fix && findings.length > 0 ? await workspace.doctor() : findings;
  if (options.json === true) terminal.json(findings);
  else for (const finding of findings) printFinding(finding, terminal, fix);
  if (options.json !== true && !fix) for (const line of healthLines(await workspace.health())) terminal.say(line);
  if (findings.length === 0) terminal.say('nothing is wrong');
  else if (fix) {
    terminal.say(left.length === 0 ? 'all mended' : `${String(left.length)} could not be mended`);
    if (isMendingUndoable(findings)) terminal.say('what was there is kept in salvage/; skein undo puts it back');
  } else if (findings.some((finding) => finding.fix !== undefined))
    terminal.say('skein doctor --fix mends what has a fix; what it moves is kept');
  return left.length === 0 ? 0 : 5;
}

function printFinding({ path, kind, detail, fix }: Finding, terminal: Terminal, fixing: boolean): void {
  terminal.print(`${terminal.style('red', kind)} ${path}`);
  terminal.print(`  ${plainLine(detail)}`);
  if (fix !== undefined) terminal.print(`  ${fixing ? 'fixed' : 'fix'}: ${plainLine(fix)}`);
}

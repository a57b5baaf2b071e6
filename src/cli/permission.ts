import type { PermissionRequest } from '../model/turn.js';
import { asked } from './asked.js';
import { plainLine, plainText } from './plainText.js';
import type { Terminal } from './terminal.js';

/**
 * The person's answer to a permission request: an option's id, `null` for none. Without a terminal the request is
 * refused, and that is said: nothing is allowed that nobody saw.
 */
export async function askPermission(request: PermissionRequest, terminal: Terminal, signal: AbortSignal): Promise<string | null> {
  if (!terminal.interactive) {
    terminal.say(`permission denied: ${plainLine(request.title)}`);
    terminal.say('there is no terminal to ask on; --mode accept_edits or auto allows more');
    return request.options.find(({ kind }) => kind === 'reject_once')?.id ?? null;
  }
  for (const line of detailsOf(request)) terminal.say(line);
  const { default: select } = await import('@inquirer/select');
  try {
    const choices = request.options.map(({ id, label }) => ({ value: id, name: plainLine(label) }));
    const message = plainLine(request.title);
    return await asked((context) => select({ message, choices }, { ...context, clearPromptOnDone: false }), signal);
  } catch (error) {
    // Answered elsewhere, or the turn was cancelled; Ctrl+C at the question is passed on.
    if (signal.aborted) return null;
    throw error;
  }
}

/** What the person decides about: the command or files, and the change. */
function detailsOf({ call }: PermissionRequest): string[] {
  const places = (call.locations ?? []).map(({ path, line }) => (line === undefined ? path : `${path}:${String(line)}`));
  const changes = (call.diff ?? []).map((diff) => `changes ${diff.path}`);
  const input = call.input === undefined ? [] : [typeof call.input === 'string' ? call.input : JSON.stringify(call.input)];
  return [...places, ...changes, ...input].map((line) => `  ${plainText(line)}`);
}

import type { ExitCode, Invocation } from './invocation.js';
import { SessionError } from '../model/errors.js';

/** What `skein` does without a command: a new session, unless an option names one to go on with. */
export async function defaultCommand(invocation: Invocation): Promise<ExitCode | undefined> {
  const { args, options } = invocation;
  if (options.list === true) {
    if (args.length > 0) throw new SessionError('usage', '-l takes no prompt');
    return (await import('./recent.js')).recent(invocation);
  }
  if (options.json === true) throw new SessionError('usage', '--json goes with -l or a command that reads');
  const [prompt] = args;
  const named = options.attach ?? options.session;
  if (named === undefined && options.continue !== true && !(await resumesByItself(invocation))) {
    return (await import('./newSession.js')).newSession(invocation, prompt);
  }
  const { continueLast, continueNamed } = await import('./continuation.js');
  return named === undefined ? continueLast(invocation, prompt) : continueNamed(invocation, named, prompt);
}

/** The setting `session.auto_resume`; options that describe a new session ask for one. */
async function resumesByItself({ options, open }: Invocation): Promise<boolean> {
  if (options.ephemeral === true || options.backend !== undefined || options.title !== undefined) return false;
  return (await (await open()).config().get('session.auto_resume')) === true;
}

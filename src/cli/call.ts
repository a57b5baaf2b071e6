import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { Invocation } from './invocation.js';
import { throwFailure } from './turnRun.js';

/** `skein call`: the server's handlers in this process. `folder` need not be given; a turn is waited for. */
export async function callMethod({ args, options, terminal, env, logger, folder, atEnd }: Invocation): Promise<undefined> {
  const [method = ''] = args;
  const params = { folder: await folder(), ...objectOf(options.params ?? '{}') };
  const [{ call, isMethod }, { createHandlers }, { Workspaces }] = await Promise.all([
    import('../server/call.js'),
    import('../server/handlers.js'),
    import('../server/workspaces.js'),
  ]);
  if (!isMethod(method))
    throw new SessionError('usage', `there is no method ${method}`, {
      hint: 'methods are named as in sessions/list, turn/start, doctor/run',
    });
  const workspaces = new Workspaces({
    program: 'skein',
    surface: 'cli',
    env,
    logger,
    trustByDefault: true,
    // Nobody can answer: a turn started here has what its session permits.
    turn: (at, id, _seq, update) => {
      if (update.kind !== 'permission') return;
      terminal.say(`permission denied: ${update.request.title}`);
      void workspaces.get(at).then((workspace) => workspace.running(id)?.respond(update.request.id, null));
    },
  });
  atEnd(() => workspaces.dispose());
  const result = await call(createHandlers(workspaces), method, params, new AbortController().signal);
  if (method === 'turn/start') await endOfTurn(await workspaces.get(params.folder), params);
  terminal.json(result);
}

async function endOfTurn(workspace: Workspace, params: object): Promise<void> {
  if (!('id' in params) || typeof params.id !== 'string') return;
  const turn = workspace.running(await workspace.resolveId(params.id));
  if (turn) throwFailure(await turn.done);
}

function objectOf(text: string): object {
  const hint = `write an object: --params '{"id":"…"}'`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SessionError('usage', '--params is not JSON', { hint, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SessionError('usage', '--params is not a JSON object', { hint });
  return value;
}

import { readFile, writeFile } from 'node:fs/promises';
import type { AgentInfo } from '../core/workspace.js';
import type { Method, Params, Result, SettingsChange } from '../protocol/requests.js';
import type { Workspaces } from './workspaces.js';

/** A handler for every request: leaving one out does not compile. */
export type Handlers = { readonly [M in Method]: (params: Params<M>, signal: AbortSignal) => Promise<Result<M>> };

/** Requests to verbs, one line each where the verb is all there is to it. */
export function createHandlers(workspaces: Pick<Workspaces, 'get' | 'set'>): Handlers {
  const at = (params: { readonly folder: string }) => workspaces.get(params.folder);
  const turnOf = async (params: { readonly folder: string; readonly id: string }) => {
    const workspace = await at(params);
    return workspace.running(params.id) ?? workspace.running(await workspace.resolveId(params.id));
  };
  return {
    'sessions/list': async ({ folder, ...filter }) => {
      const { rows, hidden, problems } = await (await workspaces.get(folder)).list(filter);
      return { rows: [...rows], hidden, problems: [...problems] };
    },
    'sessions/get': async (params) => (await at(params)).snapshot(params.id),
    'sessions/active': async (params) => [...(await (await at(params)).list({ activeOnly: true })).rows],
    'sessions/recent': async (params) => [...(await (await at(params)).recent())],
    'sessions/history': async (params) => [...(await (await at(params)).history(params.id, params.last))],
    'sessions/search': async (params) => [...(await (await at(params)).search(params.query, params.limit))],
    'sessions/create': async ({ folder, settings, ...options }) => {
      const workspace = await workspaces.get(folder);
      return workspace.get((await workspace.create({ ...options, ...(settings && { settings: withoutNulls(settings) }) })).id);
    },
    'sessions/resume': async (params) => (await at(params)).resume(params.id),
    'sessions/fork': async ({ folder, id, ...options }) => {
      const workspace = await workspaces.get(folder);
      return workspace.get((await workspace.fork(id, options)).id);
    },
    'sessions/patch': async ({ folder, ids, settings, ...patch }) => {
      const workspace = await workspaces.get(folder);
      return [...(await workspace.patch(ids, { ...patch, ...(settings && { settings: withoutNulls(settings) }) }))];
    },
    'sessions/delete': async (params) => {
      await (await at(params)).remove(params.ids, { inSource: params.inSource });
      return {};
    },
    'sessions/removal': async (params) => [...(await (await at(params)).planRemoval(params.ids))],
    'sessions/restore': async (params) => {
      await (await at(params)).restore(params.ids);
      return {};
    },
    'sessions/trashed': async (params) => [...(await (await at(params)).trashed())],
    'sessions/undo': async (params) => {
      const undone = await (await at(params)).undo();
      return { what: undone?.what ?? null, ids: [...(undone?.ids ?? [])] };
    },
    'sessions/clean': async ({ folder, ...options }) => [...(await (await workspaces.get(folder)).clean(options))],
    'sessions/export': async (params) => {
      await writeFile(params.output, await (await at(params)).export(params.ids, params.format), { mode: 0o600 });
      return { path: params.output };
    },
    'sessions/import': async (params) => {
      const workspace = await at(params);
      const imported = await workspace.import(await readFile(params.file));
      return Promise.all(imported.map((record) => workspace.get(record.id)));
    },
    'sessions/send': async ({ folder, id, ...options }, signal) => (await workspaces.get(folder)).send({ ...options, session: id, signal }),
    'sessions/spawn': async ({ folder, ...options }, signal) => (await workspaces.get(folder)).spawn({ ...options, signal }),
    'sessions/status': async (params) => (await at(params)).status(params.id),
    'sessions/relink': async (params) => [...(await (await at(params)).relink(params))],
    'sessions/usage': async (params) => [...(await (await at(params)).usage(params.by, params))],
    'sessions/draft': async (params) => {
      await (await at(params)).setDraft(params.id, params.draft);
      return {};
    },
    'sessions/settings': async (params) => (await at(params)).settings(params.id),
    'prompt/commands': async (params) => [...(await (await at(params)).promptCommands(params.id))],
    'prompt/complete': async (params) => (await at(params)).completePrompt(params.id, params.text),
    'prompt/run': async (params) => (await at(params)).runPrompt(params.id, params.text),
    'turn/start': async ({ folder, id, queue, steer, ...options }) => {
      const workspace = await workspaces.get(folder);
      if (queue !== true && steer !== true) {
        await workspace.startTurn(id, options);
        return {};
      }
      const queued = await workspace.queueTurn(id, options, { steers: steer });
      return queued === undefined ? {} : { queued };
    },
    'turn/retry': async ({ folder, id, ...options }) => {
      await (await workspaces.get(folder)).retryTurn(id, options);
      return {};
    },
    'turn/unqueue': async (params) => (await at(params)).unqueue(params.id, params.queued),
    'turn/cancel': async (params) => {
      (await turnOf(params))?.cancel();
      return {};
    },
    'turn/respond': async (params) => {
      (await turnOf(params))?.respond(params.request, params.option);
      return {};
    },
    'lease/take': async (params) => (await at(params)).takeLease(params.id),
    'rules/list': async (params) => [...(await (await at(params)).rules().list())],
    'rules/remove': async (params) => {
      await (await at(params)).rules().remove(params.ids);
      return {};
    },
    'agents/list': async (params) => (await (await at(params)).agents()).map(agentData),
    'agents/offers': async (params) => (await at(params)).offers(params.agent, params),
    'sources/list': async (params) => (await (await at(params)).sources()).map((info) => definedOf(info)),
    'health/list': async (params) => [...(await (await at(params)).health())],
    'doctor/run': async (params) => [...(await (await at(params)).doctor({ fix: params.fix ?? false }))],
    'config/get': async (params) => (await at(params)).config().get(params.key),
    'config/set': async (params) => {
      await (await at(params)).config().set(params.key, params.value);
      return {};
    },
    'folders/set': async ({ folders }) => {
      await workspaces.set(folders);
      return {};
    },
  };
}

const agentData = ({ can, ...info }: AgentInfo) => ({ ...definedOf(info), can: [...can] });

/** A setting that is to be the agent's default again is `undefined` here; JSON has no word for that. */
const withoutNulls = (settings: SettingsChange) =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value ?? undefined]));

/** The same object with its undefined keys left out: what JSON makes of it, and what the schemas' types say. */
function definedOf<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

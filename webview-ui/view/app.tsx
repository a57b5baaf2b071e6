import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import type { AgentOffers } from '../../src/model/agentOffers.js';
import type { PromptCommandInfo } from '../../src/model/promptCommand.js';
import { changedFiles } from '../changedFiles.js';
import { lastTurn, waitingRequests, type FeedItem } from '../feed.js';
import type { Host } from '../host.js';
import { offersOf, type PanelState } from '../panelState.js';
import type { PanelStore } from '../panelStore.js';
import { denial, optionsInOrder } from '../permission.js';
import { agentChoices, firstAgent, levelOf, modeChoices, modelChoices, modelWord, thinkingChoices } from '../pickers.js';
import { Busy } from './busy.js';
import { Composer } from './composer.js';
import { Button } from './controls.js';
import { Conversation } from './conversation.js';
import { ChangedFiles, Queue, queuedText, Strip } from './dock.js';
import { useDraft } from './draft.js';
import { Empty } from './empty.js';
import { agentTitle, isDemo, type Facts } from './facts.js';
import { focusHere } from './focusHere.js';
import { Header } from './header.js';
import { useAnnouncer } from './announcer.js';
import { usePanelKeys } from './keys.js';
import { Notice } from './notice.js';
import { PanelContext, type PanelActions } from './panelContext.js';
import { usePicks } from './picks.js';
import { Settings } from './settings.js';
import { Problems } from './problems.js';

/** The whole panel: header, conversation, dock with the composer. */
export function App({ store, host }: { readonly store: PanelStore; readonly host: Host }) {
  const [, redraw] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => store.subscribe(() => redraw(undefined)), [store]);
  const { state } = store;
  const announcer = useAnnouncer(state);
  const actions = useMemo<PanelActions>(
    () => ({ post: (message) => host.post(message), dispatch: store.dispatch, announce: announcer.announce, opened: new Map() }),
    [host, store],
  );
  return (
    <PanelContext.Provider value={actions}>
      {state.loaded && <Panel state={state} host={host} actions={actions} />}
      <div class="sr" role="status" aria-live="polite">
        {announcer.status}
      </div>
      <div class="sr" role="alert">
        {announcer.alert}
      </div>
    </PanelContext.Provider>
  );
}

const noFeed: readonly FeedItem[] = [];

interface PanelProps {
  readonly state: PanelState;
  readonly host: Host;
  readonly actions: PanelActions;
}

function Panel({ state, host, actions }: PanelProps) {
  const { post, dispatch } = actions;
  const { session, agents, folder } = state;
  const { row, feed = noFeed, running = false } = session ?? {};
  const [picked, pick] = usePicks(row);
  const saved = useDraft(host, state);
  const begun = feed.length > 0 || (row?.turn_count ?? 0) > 0;
  const backend = begun ? (row?.backend ?? '') : (picked.backend ?? (row?.backend || firstAgent(agents, state.backend)));
  const offers = useOffers(state, backend, post);
  const mode = picked.settings.permission_mode ?? row?.settings.permission_mode ?? offers?.defaults.permission_mode ?? 'ask';
  const busy = row?.running !== undefined && !running ? row.running : undefined;
  const closed = whyClosed(state);
  const writable = closed === undefined && !busy;
  const verbose = row?.settings.verbose === true;
  const facts = useMemo<Facts>(
    () => ({ id: row?.id ?? '', workdir: row?.workdir ?? '', agents, backend, mode, verbose, writable }),
    [row?.id, row?.workdir, agents, backend, mode, verbose, writable],
  );
  const waiting = waitingRequests(feed);
  const turn = lastTurn(feed);
  const files = useMemo(() => changedFiles(turn), [turn]);
  const prompts = useMemo(() => promptTexts(feed), [feed]);

  const commands = useCommands(state, saved.draft, post);

  const send = (text: string, steer = false): void => {
    saved.setDraft('');
    const request = waiting[0]?.request;
    // A command of Skein's does not answer the agent; one of the agent's own says so by what comes of it.
    if (request && !commands.some(({ name, from }) => from === 'skein' && text.split(/\s/)[0] === `/${name}`))
      post({ kind: 'respond', request: request.id, option: denial(request) });
    post({
      kind: 'send',
      text,
      attachments: [...state.attachments],
      ...(!row && backend !== '' && { backend }),
      ...(Object.keys(picked.settings).length > 0 && { settings: picked.settings }),
      ...(steer && { steer }),
    });
    dispatch({ kind: 'sent' });
  };

  const chosen = picked.settings.model === undefined ? (row ? (row.settings.model ?? row.model) : state.model) : picked.settings.model;
  const model = chosen ?? '';
  const level = (picked.settings.thinking_level === undefined ? row?.settings.thinking_level : picked.settings.thinking_level) ?? undefined;

  const [renames, askRename] = useReducer((count: number, _: undefined) => count + 1, 0);
  const [finds, askFind] = useReducer((count: number, _: undefined) => count + 1, 0);
  const keys = usePanelKeys({
    running,
    wroteFiles: files.length > 0,
    stop: () => post({ kind: 'cancel' }),
    rename: () => askRename(undefined),
    find: () => askFind(undefined),
    answer: (index) => {
      const request = waiting[0]?.request;
      const option = request && optionsInOrder(request.options)[index];
      if (option) post({ kind: 'respond', request: request.id, option: option.id });
      return option !== undefined;
    },
  });
  useRequestFocus(waiting[0]?.id, saved.draft === '');

  const models = modelChoices(backend, row ? [row, ...state.recent] : state.recent, model, offers);
  const word = modelWord(agentTitle(agents, backend), models, model);
  const unasked = useUnasked(state, backend, post);
  const asking = models.length === 0 ? unasked : undefined;
  const levels = thinkingChoices(level, offers);
  return (
    <div class="panel">
      <Header session={session} busy={busy !== undefined} demo={isDemo(agents, backend)} renames={renames} />
      {session ? (
        <Conversation
          key={session.row.id}
          feed={feed}
          facts={facts}
          head={session.skipped.length > 0 || row?.problem ? <Problems session={session} /> : undefined}
          start={saved.start}
          reveal={state.reveal}
          finds={finds}
          onPlace={saved.setPlace}
        />
      ) : (
        <Empty state={state} />
      )}
      <footer class="dock">
        <div class="column" data-region="dock">
          {state.problem && (
            <Notice
              tone="bad"
              title={state.problem.message}
              actions={
                <>
                  <Button onClick={() => dispatch({ kind: 'dismiss' })}>Close</Button>
                  <Button kind="flat" onClick={() => post({ kind: 'command', command: 'showLog' })}>
                    Show log
                  </Button>
                </>
              }
            >
              {state.problem.hint !== undefined && <p>{state.problem.hint}</p>}
            </Notice>
          )}
          {state.server === 'restarting' && <Strip icon="run" words="The session server is restarting. Nothing that was kept is lost." />}
          {state.server === 'stopped' && (
            <Strip
              icon="fail"
              words="The session server has stopped."
              action="Show log"
              onAction={() => post({ kind: 'command', command: 'showLog' })}
            />
          )}
          {!folder.trusted && (
            <Strip
              icon="shield"
              words="This folder is not trusted. You can read its sessions; nothing is started."
              action="Manage trust"
              onAction={() => post({ kind: 'command', command: 'manageTrust' })}
            />
          )}
          {keys.confirmsStop && <Strip icon="stop" words="Press Esc again to stop. The files it changed stay changed." />}
          {state.answer && (
            <Notice tone="calm" title={state.answer.command} actions={<Button onClick={() => dispatch({ kind: 'dismiss' })}>Close</Button>}>
              <pre class="answered">{state.answer.text}</pre>
            </Notice>
          )}
          <Queue
            queued={session?.queued ?? []}
            running={running}
            onEdit={(prompt) => {
              post({ kind: 'unqueue', queued: prompt.id, then: 'edit' });
              saved.setDraft(queuedText(prompt));
            }}
          />
          <ChangedFiles files={files} id={turn?.id ?? ''} workdir={facts.workdir} />
          {busy ? (
            <Busy holder={busy} closed={closed} problem={state.problem} />
          ) : (
            <Composer
              draft={saved.draft}
              onDraft={saved.setDraft}
              onSend={(text) => send(text)}
              onSteer={(text) => send(text, true)}
              commands={commands}
              mentions={state.mentions}
              onStop={() => post({ kind: 'cancel' })}
              placeholder={placeholder(state, waiting.length > 0)}
              running={running}
              attachments={state.attachments}
              prompts={prompts}
              closed={closed}
              focusRequests={state.focusRequests}
              agent={{
                choices: agentChoices(agents),
                value: backend,
                onPick: (id) => pick({ backend: id }),
                fixed: closed,
                // Of a session that has begun the editor asks, for agent and model together.
                onOpen: begun ? () => post({ kind: 'switchAgent' }) : undefined,
              }}
              model={
                word !== undefined || asking
                  ? {
                      choices: asking ? [asking.choice] : models,
                      value: model,
                      word,
                      onShow: asking?.ask,
                      onPick: (id) => pick({ settings: { model: id === '' ? null : id } }),
                      fixed: closed,
                    }
                  : undefined
              }
              thinking={
                levels.length > 0
                  ? {
                      choices: levels,
                      value: level ?? '',
                      onPick: (id) => pick({ settings: { thinking_level: levelOf(id) } }),
                      fixed: closed,
                    }
                  : undefined
              }
              mode={{
                choices: modeChoices,
                value: mode,
                onPick: (id) => pick({ settings: { permission_mode: modeChoices.find((one) => one.id === id)?.id } }),
                fixed: closed,
              }}
            />
          )}
        </div>
      </footer>
      {state.form && row && <Settings key={row.id} state={state} row={row} closed={closed} />}
    </div>
  );
}

function whyClosed({ folder, server, session }: PanelState): string | undefined {
  if (!folder.trusted) return 'Reading only: the folder is not trusted';
  if (server !== 'running') return 'Waiting for the session server';
  if (session?.row.problem?.kind === 'newer') return 'Reading only: a newer version of Skein wrote this session';
  return undefined;
}

function placeholder({ session }: PanelState, waiting: boolean): string {
  if (!session) return 'What should be done?';
  if (waiting) return 'Or say what to do instead: this denies the request';
  if (session.running) return 'Add to the queue, or steer with Ctrl+Enter';
  if (session.row.status === 'error') return 'Write to try again with a new message';
  return 'Ask, or give a task';
}

function promptTexts(feed: readonly FeedItem[]): string[] {
  return feed.flatMap((item) =>
    item.kind === 'turn' && item.prompt
      ? [item.prompt.message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n')]
      : [],
  );
}

const noCommands: readonly PromptCommandInfo[] = [];

/** Asks for the session's commands when a prompt begins to be one, each time anew: agent and models may have changed. */
function useCommands({ session, commands }: PanelState, draft: string, post: PanelActions['post']): readonly PromptCommandInfo[] {
  const id = session?.row.id;
  const isCommand = draft.startsWith('/');
  useEffect(() => {
    if (isCommand && id !== undefined) post({ kind: 'commands' });
  }, [isCommand, id]);
  return commands !== undefined && commands.id === id ? commands.list : noCommands;
}

/** What stands for the models of an agent that has not told them yet, and can be asked for them when they are looked at. */
function useUnasked(state: PanelState, backend: string, post: PanelActions['post']) {
  const [asked, setAsked] = useState<{ readonly backend: string; readonly before: AgentOffers | undefined }>();
  const agent = state.agents.find(({ name }) => name === backend);
  if (agent?.tells !== true || agent.problem !== undefined) return undefined;
  const waits = asked?.backend === backend && asked.before === offersOf(state, backend);
  const ask = (): void => {
    if (asked?.backend === backend) return;
    setAsked({ backend, before: offersOf(state, backend) });
    post({ kind: 'offers', agent: backend, ask: true });
  };
  return { choice: { id: '', label: 'Default model', note: waits ? 'asking for others' : undefined }, ask };
}

/** What the agent offers, asked for where it is another than the one that is known. */
function useOffers(state: PanelState, backend: string, post: PanelActions['post']): AgentOffers | undefined {
  const known = offersOf(state, backend);
  const isKnown = known !== undefined;
  useEffect(() => {
    if (backend !== '' && !isKnown) post({ kind: 'offers', agent: backend });
  }, [backend, isKnown]);
  return known;
}

/** A request takes the focus, but never from somebody who writes, here or in an editor; the composer has it back after the answer. */
function useRequestFocus(id: string | undefined, idle: boolean): void {
  useEffect(() => {
    const card = id !== undefined && idle && document.querySelector<HTMLElement>(`[data-request="${CSS.escape(id)}"]`);
    if (card) return focusHere(card);
    // The one that was answered went, and the focus with it.
    const composer = document.querySelector<HTMLElement>('.composer textarea');
    return composer && document.activeElement === document.body ? focusHere(composer) : undefined;
  }, [id]);
}

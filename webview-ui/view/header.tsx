import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SessionRow } from '../../src/model/row.js';
import { textStart } from '../../src/model/textStart.js';
import { lastTurn, waitingRequests } from '../feed.js';
import { placeOf } from '../holderWords.js';
import { formatClock, formatCost, formatTokens } from '../numbers.js';
import type { SessionView } from '../panelState.js';
import { useClock } from './clock.js';
import { Badge, TextField } from './controls.js';
import { Icon, type IconName } from './icon.js';
import { usePanel } from './panelContext.js';
import { Usage } from './usage.js';

interface HeaderProps {
  readonly session: SessionView | undefined;
  readonly busy: boolean;
  readonly demo: boolean;
  /** Rises with F2. */
  readonly renames: number;
}

/** The one row of chrome: who, how, how much. */
export function Header({ session, busy, demo, renames }: HeaderProps) {
  return (
    <header class="header" data-region="header">
      <Title session={session} renames={renames} />
      {demo && <Badge title="The answers come from a built-in demo, not from a model">Demo</Badge>}
      {session && <State session={session} busy={busy} />}
      {session && <Numbers session={session} />}
    </header>
  );
}

function Title({ session, renames }: { readonly session: SessionView | undefined; readonly renames: number }) {
  const { post, dispatch } = usePanel();
  const [draft, setDraft] = useState<string>();
  const field = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const title = session ? nameOf(session.row) : 'New session';
  useLayoutEffect(() => {
    if (renames > 0 && session) setDraft(title);
  }, [renames]);
  useLayoutEffect(() => {
    const element = field.current;
    if (draft === undefined || !element) return;
    element.focus();
    // The toolkit's field selects as an input does.
    (element as HTMLElement & Partial<Pick<HTMLInputElement, 'select'>>).select?.();
  }, [draft === undefined]);
  if (!session) return <h1 class="title plain">{title}</h1>;
  if (draft === undefined) {
    return (
      <button
        ref={button}
        type="button"
        class="title"
        aria-label={`Rename session: ${title}`}
        title="Rename (F2)"
        onClick={() => setDraft(title)}
      >
        <h1>{title}</h1>
        <Icon name="edit" />
      </button>
    );
  }
  const close = (): void => {
    setDraft(undefined);
    requestAnimationFrame(() => button.current?.focus());
  };
  const accept = (): void => {
    const text = draft.trim();
    if (text !== '' && text !== title) {
      dispatch({ kind: 'renamed', title: text });
      post({ kind: 'rename', title: text });
    }
    close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') accept();
    else close();
  };
  return (
    <TextField
      elementRef={field}
      label="Title of the session"
      value={draft}
      onInput={setDraft}
      onKeyDown={onKeyDown}
      onBlur={() => setDraft(undefined)}
    />
  );
}

/** The title, else how the first prompt begins, as the tree and the tab have it. */
function nameOf({ id, title, prompt, problem }: SessionRow): string {
  const line = (title || prompt).split('\n').find((text) => text.trim() !== '');
  if (line !== undefined) return textStart(line.trim(), 200);
  return problem ? `Session ${id.slice(0, 8)}` : 'New session';
}

function State({ session, busy }: { readonly session: SessionView; readonly busy: boolean }) {
  const turn = lastTurn(session.feed);
  const now = useClock(session.running);
  const waiting = waitingRequests(session.feed).length > 0;
  const [icon, style, words] = ((): readonly [IconName, string, string] => {
    if (waiting) return ['ask', 'is-ask', 'Needs you'];
    if (session.running) return ['run', 'is-run spin', 'Running'];
    if (busy) return ['lock', '', `Busy ${session.row.running ? placeOf(session.row.running) : 'in another window'}`];
    if (session.row.status === 'error') return ['fail', 'is-fail', 'Failed'];
    return ['done', '', 'Ready'];
  })();
  return (
    <span class="state">
      <Icon name={icon} class={style} />
      <span>
        {words}
        {session.running && !waiting && turn && <span class="num"> {formatClock(now - Date.parse(turn.startedAt))}</span>}
      </span>
    </span>
  );
}

function Numbers({ session }: { readonly session: SessionView }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { usage, context } = session;
  const cost = formatCost(usage.cost);
  const percent = context && Math.min(100, Math.round((context.used / context.size) * 100));
  if (usage.tokens === 0 && cost === undefined && percent === undefined) return null;
  const label = [
    'Usage: ' + `${formatTokens(usage.tokens)} tokens`,
    cost ?? 'cost unknown',
    percent !== undefined && `${percent} % of the context used`,
  ].filter(Boolean);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`numbers ${open ? 'on' : ''}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={label.join(', ')}
        onClick={() => setOpen(!open)}
      >
        <span class="num tokens">{formatTokens(usage.tokens)} tokens</span>
        {cost !== undefined && <span class="num">{cost}</span>}
        {percent !== undefined && (
          <span class="meter num">
            <span class="bar">
              <b style={{ width: `${percent}%` }} />
            </span>
            {percent} %
          </span>
        )}
      </button>
      {open && <Usage session={session} onClose={close} />}
    </>
  );
}

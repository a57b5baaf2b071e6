import { useEffect, useRef, useState } from 'preact/hooks';
import type { Host, Place } from '../host.js';
import type { PanelState } from '../panelState.js';

export interface Draft {
  readonly draft: string;
  readonly setDraft: (text: string) => void;
  /** Where the conversation was left; absent: at the end. */
  readonly start: Place | undefined;
  readonly setPlace: (place: Place | undefined) => void;
}

/** Long enough that typing does not write a file a key. */
const pause = 400;

/** What is being written and where one reads, kept across reloads; the draft of a session is also kept with the session. */
export function useDraft(host: Host, state: PanelState): Draft {
  const id = state.session?.row.id;
  const [restored] = useState(() => host.load());
  const [draft, setText] = useState(() => (restored && restored.id === id ? restored.draft : (state.session?.draft ?? '')));
  const scroll = useRef(restored?.id === id ? restored?.scroll : undefined);
  const shown = useRef(id);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const text = useRef(draft);
  text.current = draft;
  const untold = useRef<{ readonly session: string; readonly text: string }>(undefined);
  const tell = (): void => {
    clearTimeout(timer.current);
    if (untold.current) host.post({ kind: 'draft', text: untold.current.text }, untold.current.session);
    untold.current = undefined;
  };

  // Until the session has come, the page stands for the one it was made for: it may be reloaded before.
  const hadSession = useRef(false);
  hadSession.current ||= id !== undefined;
  const kept = id ?? (hadSession.current ? undefined : restored?.id);
  const save = (): void =>
    host.save({ folder: state.folder.path ?? restored?.folder, id: kept, draft: text.current, scroll: scroll.current });
  if (shown.current !== id) {
    const before = shown.current;
    shown.current = id;
    scroll.current = undefined;
    // The first prompt made the session: what was typed since stays.
    if (before !== undefined || state.session?.draft !== '') setText(state.session?.draft ?? '');
  }
  useEffect(save, [kept, state.folder.path]);
  // What was typed last belongs to the session that was on the screen then.
  useEffect(() => tell, [id]);
  return {
    draft,
    start: scroll.current,
    setDraft: (value) => {
      setText(value);
      text.current = value;
      save();
      if (id === undefined) return;
      untold.current = { session: id, text: value };
      clearTimeout(timer.current);
      timer.current = setTimeout(tell, pause);
    },
    setPlace: (place) => {
      scroll.current = place;
      save();
    },
  };
}

import { useEffect, useRef, useState } from 'preact/hooks';
import { changedFiles } from '../changedFiles.js';
import { lastTurn, waitingRequests } from '../feed.js';
import { formatMany } from '../numbers.js';
import type { PanelState } from '../panelState.js';
import { requestHeading } from '../permission.js';
import { agentTitle } from './facts.js';

export interface Announcer {
  /** Spoken politely. */
  readonly status: string;
  /** Spoken at once: requests. Errors speak for themselves. */
  readonly alert: string;
  readonly announce: (text: string) => void;
}

const quiet = 5000;

/** What a screen reader hears: that an answer began or ended, and that the agent asks. Never streamed text, seconds or meters. */
export function useAnnouncer(state: PanelState): Announcer {
  const [status, setStatus] = useState('');
  const spokenAt = useRef(0);
  const waitingTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const announce = (text: string): void => {
    clearTimeout(waitingTimer.current);
    const say = (): void => {
      spokenAt.current = Date.now();
      setStatus(text);
    };
    const wait = spokenAt.current + quiet - Date.now();
    if (wait <= 0) say();
    else waitingTimer.current = setTimeout(say, wait);
  };
  const { session } = state;
  const running = session?.running ?? false;
  const ran = useRef(running);
  const turn = session && lastTurn(session.feed);
  useEffect(() => {
    if (ran.current === running) return;
    ran.current = running;
    const files = changedFiles(turn).length;
    if (running) announce('Answer started.');
    else if (turn?.end?.reason !== 'error') announce(files > 0 ? `Finished. ${formatMany(files, 'file')} changed.` : 'Finished.');
  }, [running]);
  const request = session && waitingRequests(session.feed)[0]?.request;
  const alert = request
    ? `${requestHeading(request, agentTitle(state.agents, session.row.backend), session.row.workdir)}. Alt+1 to Alt+${request.options.length} answer.`
    : '';
  return { status, alert, announce };
}

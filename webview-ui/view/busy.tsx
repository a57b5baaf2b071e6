import { useEffect, useState } from 'preact/hooks';
import type { Holder } from '../../src/model/row.js';
import { holderWords, placeOf } from '../holderWords.js';
import { formatTime } from '../moments.js';
import { Button } from './controls.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';

interface BusyProps {
  readonly holder: Holder;
  /** Why it cannot be taken over now. */
  readonly closed: string | undefined;
  /** What went wrong, when something did: then taking over may be tried again. */
  readonly problem: unknown;
}

/** In the composer's place while another window or terminal runs a turn in this session, which is followed meanwhile. */
export function Busy({ holder, closed, problem }: BusyProps) {
  const { post, announce } = usePanel();
  const [taking, setTaking] = useState(false);
  const place = placeOf(holder);
  useEffect(() => announce(`This session is running ${place}.`), [place]);
  useEffect(() => setTaking(false), [problem, holder.pid, holder.started_at]);
  const takeOver = (): void => {
    setTaking(true);
    post({ kind: 'takeOver' });
  };
  return (
    <section class="choice" aria-labelledby="busy-title" data-region="composer">
      <header>
        <Icon name="lock" />
        <div>
          <b id="busy-title">This session is running {place}</b>
          <p class="dim">
            {holderWords(holder)}, since {formatTime(holder.started_at, Date.now())}.
            {holder.state === 'waiting' && ' It waits for an answer there.'} You can read, search and copy meanwhile.
          </p>
        </div>
      </header>
      <div class="choices">
        <span class="following">
          <Icon name="check" />
          Following
        </span>
        <span>Watch it live. Writing is open again when it is done.</span>
        <Button onClick={() => post({ kind: 'fork' })}>
          <Icon name="fork" />
          Fork
        </Button>
        <span>Start your own session from here. The other one goes on.</span>
        <Button disabled={taking || closed !== undefined} onClick={takeOver}>
          <Icon name="steer" />
          {taking ? 'Taking over' : 'Take over'}
        </Button>
        <span>{closed ?? 'Stop the other turn and go on here. It is told, and keeps reading.'}</span>
      </div>
    </section>
  );
}

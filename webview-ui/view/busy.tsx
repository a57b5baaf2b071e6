import type { Holder } from '../../src/model/row.js';
import { formatTime } from '../moments.js';
import { Button } from './controls.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';

/** In the composer's place while another window or terminal runs a turn in this session. */
export function Busy({ holder }: { readonly holder: Holder }) {
  const { post } = usePanel();
  return (
    <section class="choice" aria-labelledby="busy-title" data-region="composer">
      <header>
        <Icon name="lock" />
        <div>
          <b id="busy-title">This session is running in another window</b>
          <p class="dim">
            {holder.program} on {holder.host}, process {holder.pid}, since {formatTime(holder.started_at, Date.now())}. You can read and
            copy meanwhile. Writing is open again when it is done.
          </p>
        </div>
      </header>
      <div class="choices">
        <Button onClick={() => post({ kind: 'fork' })}>
          <Icon name="fork" />
          Fork
        </Button>
        <span>Start your own session from here. The other one goes on.</span>
      </div>
    </section>
  );
}

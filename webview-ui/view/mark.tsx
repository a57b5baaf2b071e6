import { compactReason } from '../compactReason.js';
import type { Mark } from '../feed.js';
import { holderWords } from '../holderWords.js';
import { formatTime } from '../moments.js';
import { formatMany, formatTokens } from '../numbers.js';
import { Answer } from './answer.js';
import { Button } from './controls.js';
import { Icon, type IconName } from './icon.js';
import { Notice } from './notice.js';
import { useOpening } from './opening.js';

/** What stands between two turns: a compaction, a reset, a checkpoint. */
export function MarkView({ mark: { entry } }: { readonly mark: Mark }) {
  const [open, toggle] = useOpening(`mark-${entry.id}`, false);
  const time = formatTime(entry.timestamp, Date.now());
  if (entry.type === 'checkpoint') return <Line words={`Checkpoint ${time}`} />;
  if (entry.type === 'lease') {
    return (
      <Line
        icon="lock"
        words={`Taken over ${time} by ${entry.holder ? holderWords(entry.holder) : 'another program'}. Nothing was lost.`}
      />
    );
  }
  if (entry.type === 'reset') return <Line words={`Reset ${time}: the agent starts without what is above`} />;
  const { turns_removed: turns, tokens_before: before, tokens_after: after, reason, summary } = entry;
  return (
    <Notice
      tone="calm"
      icon="fold"
      title="Compacted"
      aside={reason === undefined ? time : `${time} · ${compactReason(reason)}`}
      actions={<Button onClick={toggle}>{open ? 'Hide summary' : 'View summary'}</Button>}
    >
      <p>
        {turns === undefined ? 'Earlier prompts were' : `${formatMany(turns, 'earlier prompt')} ${turns === 1 ? 'was' : 'were'}`} replaced
        by a summary for the agent.
        {before !== undefined && after !== undefined && ` ${formatTokens(before)} → ${formatTokens(after)} tokens.`} You still see
        everything above, and nothing was deleted.
      </p>
      {open && <Answer text={summary} live={false} />}
    </Notice>
  );
}

function Line({ words, icon = 'flag' }: { readonly words: string; readonly icon?: IconName }) {
  return (
    <div class="mark">
      <Icon name={icon} />
      <span class="num">{words}</span>
    </div>
  );
}
